package io.millrace.broker.quota;

import io.millrace.broker.metrics.Metrics;
import io.millrace.broker.metrics.Table;
import io.millrace.broker.quota.QuotaEntity.Name;
import java.util.Collection;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What those who have a quota did of late: Kafka's quota beans, one for each who shares a quota.
 *
 * <p>Threading: any thread.
 */
final class QuotaNumbers {
    private static final double NANOS_PER_MS = 1e6;

    private final LongSupplier nanoTime;

    QuotaNumbers(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void add(Metrics metrics, String type, String rate, double unit, Map<QuotaEntity, RateWindow> windows) {
        Collection<Map.Entry<QuotaEntity, RateWindow>> all = windows.entrySet();
        metrics.add(Table.<Map.Entry<QuotaEntity, RateWindow>>attributes("kafka.server." + type, () -> all)
                .tag("user", window -> text(window.getKey().user()))
                .tag("client-id", window -> text(window.getKey().clientId()))
                .value(rate, window -> window.getValue().rate(nanoTime.getAsLong()) / unit)
                .value("throttle-time", window -> window.getValue().owedNanos(nanoTime.getAsLong()) / NANOS_PER_MS)
                .build());
    }

    private static String text(Name name) {
        return name instanceof Name.Exact exact ? exact.name() : name instanceof Name.Default ? "<default>" : "";
    }
}
