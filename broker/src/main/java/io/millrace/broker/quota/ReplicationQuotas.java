package io.millrace.broker.quota;

import io.millrace.broker.metrics.Metrics;
import java.util.function.LongSupplier;

/**
 * What the replication of throttled replicas may take on this broker.
 *
 * @param leading what it gives to others of what it leads
 * @param following what it takes of what others lead
 */
public record ReplicationQuotas(ReplicationThrottle leading, ReplicationThrottle following) {

    /** With nothing held back yet. */
    public static ReplicationQuotas open(QuotaConfig config, LongSupplier nanoTime) {
        return new ReplicationQuotas(
                new ReplicationThrottle(config, nanoTime), new ReplicationThrottle(config, nanoTime));
    }

    /** Has it told how much passes of what is held back. */
    public void addTo(Metrics metrics) {
        leading.addTo(metrics, "LeaderReplication");
        following.addTo(metrics, "FollowerReplication");
    }
}
