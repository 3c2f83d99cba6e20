package io.millrace.broker.quota;

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
}
