package io.millrace.broker.cluster.zk;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.broker.metrics.Metrics;
import io.millrace.broker.metrics.Table;
import java.util.List;
import org.apache.zookeeper.Watcher.Event.KeeperState;

/**
 * How ZooKeeper answers, and how its sessions fare: Kafka's ZooKeeperClientMetrics and SessionExpireListener.
 *
 * <p>Threading: any thread.
 */
final class ZkMeters {
    private static final double NANOS_PER_MS = 1e6;
    private static final String SESSIONS = "kafka.server.SessionExpireListener.";

    private final DistributionSummary latency;
    private final Counter expires;
    private final Counter disconnects;
    private final Counter connects;
    private final Counter refusals;
    private final Counter readOnly;
    private final Counter logins;
    private volatile String state = "CONNECTING";

    ZkMeters(Metrics metrics) {
        MeterRegistry registry = metrics.registry();
        this.latency = DistributionSummary.builder("kafka.server.ZooKeeperClientMetrics.ZooKeeperRequestLatencyMs")
                .baseUnit("milliseconds")
                .register(registry);
        this.expires = registry.counter(SESSIONS + "ZooKeeperExpiresPerSec");
        this.disconnects = registry.counter(SESSIONS + "ZooKeeperDisconnectsPerSec");
        this.connects = registry.counter(SESSIONS + "ZooKeeperSyncConnectsPerSec");
        this.refusals = registry.counter(SESSIONS + "ZooKeeperAuthFailuresPerSec");
        this.readOnly = registry.counter(SESSIONS + "ZooKeeperReadOnlyConnectsPerSec");
        this.logins = registry.counter(SESSIONS + "ZooKeeperSaslAuthenticationsPerSec");
        List<ZkMeters> self = List.of(this);
        metrics.add(Table.gauges("kafka.server.SessionExpireListener", () -> self)
                .value("SessionState", meters -> meters.state)
                .build());
    }

    /** A call was answered, somehow. */
    void answered(long nanos) {
        latency.record(nanos / NANOS_PER_MS);
    }

    void became(KeeperState now) {
        switch (now) {
            case SyncConnected -> told(connects, "CONNECTED");
            case Disconnected -> told(disconnects, "CONNECTING");
            case Expired -> told(expires, "CLOSED");
            case AuthFailed -> told(refusals, "AUTH_FAILED");
            case ConnectedReadOnly -> told(readOnly, "CONNECTEDREADONLY");
            case SaslAuthenticated -> logins.increment();
            default -> {} // not told by servers of today
        }
    }

    private void told(Counter counter, String next) {
        counter.increment();
        state = next;
    }
}
