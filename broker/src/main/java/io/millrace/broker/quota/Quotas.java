package io.millrace.broker.quota;

import io.millrace.broker.metrics.Metrics;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What every client has done lately of what its quotas limit, on this broker, and for how long it has to wait.
 *
 * <p>A change of quotas counts from the next request on; what was done before it is not forgotten.
 *
 * <p>Threading: any thread. Where there are no quotas of a type, {@link #limits} costs one volatile read, and callers
 * ask that first; where there are, a request costs a look-up and the lock of one client's window.
 */
public final class Quotas {
    /** Windows kept for each type of quota. */
    private static final int MAX_CLIENTS = 10_000;

    private static final double NANOS_PER_PERCENT = 1e9 / 100;

    private final QuotaConfig config;
    private final LongSupplier nanoTime;
    private final Map<QuotaType, Meters> meters = new EnumMap<>(QuotaType.class);
    private volatile QuotaTable table = QuotaTable.EMPTY;

    /** @param nanoTime a clock that only goes forward */
    public Quotas(QuotaConfig config, LongSupplier nanoTime) {
        this(config, nanoTime, MAX_CLIENTS);
    }

    Quotas(QuotaConfig config, LongSupplier nanoTime, int maxClients) {
        this.config = config;
        this.nanoTime = nanoTime;
        long windowNanos = TimeUnit.SECONDS.toNanos(config.windowSeconds());
        for (QuotaType type : QuotaType.values()) {
            meters.put(
                    type,
                    new Meters(
                            maxClients,
                            windowNanos,
                            now -> new RateWindow(config.windows(), windowNanos, now),
                            nanoTime.getAsLong()));
        }
    }

    /** Adds what those who have quotas do. */
    public void addTo(Metrics metrics) {
        QuotaNumbers numbers = new QuotaNumbers(nanoTime);
        add(numbers, metrics, QuotaType.PRODUCER_BYTE_RATE, "Produce", "byte-rate");
        add(numbers, metrics, QuotaType.CONSUMER_BYTE_RATE, "Fetch", "byte-rate");
        add(numbers, metrics, QuotaType.REQUEST_PERCENTAGE, "Request", "request-time");
    }

    private void add(QuotaNumbers numbers, Metrics metrics, QuotaType type, String bean, String rate) {
        numbers.add(metrics, bean, rate, unit(type), meters.get(type).all());
    }

    /** The quotas that count from now on. */
    public void replace(QuotaTable next) {
        table = next;
    }

    /** The clock that rates go by. */
    public long nanoTime() {
        return nanoTime.getAsLong();
    }

    /** Whether anybody has a quota of this type. */
    public boolean limits(QuotaType type) {
        return table.limits(type);
    }

    /**
     * Counts what a client has done: bytes, or nanoseconds of a thread.
     *
     * @return for how long it has to wait therefore, in milliseconds; for time of threads at most one window
     */
    public int charge(QuotaType type, String user, String clientId, long amount) {
        Optional<QuotaTable.Limit> limit = table.find(type, user, clientId);
        if (limit.isEmpty()) {
            return 0;
        }
        long now = nanoTime.getAsLong();
        RateWindow window = meters.get(type).of(limit.get().sharer(), now);
        window.add(amount, now);
        return waitMs(type, window.delayNanos(0, perSecond(type, limit.get()), now));
    }

    /**
     * Counts what a client is about to be given, if it may have that now. Who has had nothing lately may have it however
     * much it is, or it would never get it.
     *
     * @return 0 if it was counted, else for how long the client has to wait, in milliseconds
     */
    public int chargeIfWithin(QuotaType type, String user, String clientId, long amount) {
        Optional<QuotaTable.Limit> limit = table.find(type, user, clientId);
        if (limit.isEmpty()) {
            return 0;
        }
        long now = nanoTime.getAsLong();
        RateWindow window = meters.get(type).of(limit.get().sharer(), now);
        synchronized (window) { // one decision at a time, or several would fit into the same room
            long delay = window.isEmpty(now) ? 0 : window.delayNanos(amount, perSecond(type, limit.get()), now);
            if (delay == 0) {
                window.add(amount, now);
            }
            return waitMs(type, delay);
        }
    }

    /** The most that a client can be given at once after a silence, rounded down; unlimited is Long.MAX_VALUE. */
    public long burst(QuotaType type, String user, String clientId) {
        double seconds = (double) Math.max(1, config.windows() - 1) * config.windowSeconds();
        return table.find(type, user, clientId)
                .map(limit -> (long) (perSecond(type, limit) * seconds))
                .orElse(Long.MAX_VALUE);
    }

    /** What those who have a quota did lately, in the unit of the quota: a second, or percent. */
    public Map<String, Double> rates(QuotaType type) {
        long now = nanoTime.getAsLong();
        Map<String, Double> rates = new TreeMap<>();
        meters.get(type).all().forEach((sharer, window) -> rates.put(sharer.toString(), window.rate(now) / unit(type)));
        return rates;
    }

    private int waitMs(QuotaType type, long delayNanos) {
        long ms = delayNanos / 1_000_000 + (delayNanos % 1_000_000 == 0 ? 0 : 1);
        long most = type == QuotaType.REQUEST_PERCENTAGE
                ? TimeUnit.SECONDS.toMillis(config.windowSeconds())
                : Integer.MAX_VALUE;
        return (int) Math.min(most, ms);
    }

    private static double perSecond(QuotaType type, QuotaTable.Limit limit) {
        return limit.value() * unit(type);
    }

    private static double unit(QuotaType type) {
        return type == QuotaType.REQUEST_PERCENTAGE ? NANOS_PER_PERCENT : 1;
    }
}
