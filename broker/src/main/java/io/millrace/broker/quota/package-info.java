/**
 * Quotas: how much a client, or the copying of replicas, may do, and for how long it has to wait when it did more.
 *
 * <p>Knows users, client ids, rates and time. Does not know requests, connections, or where quotas are stored. May
 * import: config, metrics. Start at {@link io.millrace.broker.quota.Quotas}, then {@code RateWindow}, which has the arithmetic,
 * and {@link io.millrace.broker.quota.QuotaTable}, which says whose quota counts. {@link
 * io.millrace.broker.quota.ReplicationThrottle} is for brokers among themselves.
 */
package io.millrace.broker.quota;
