/**
 * Lag: how far consumer groups are behind, in records and in seconds, and whether they keep up. Told by the broker that
 * keeps a group's offsets, so that each group is told of once.
 *
 * <p>Knows what groups have committed and where partitions end; asks other brokers for the ends of what they lead. May
 * import: group, replica (its PeerClient, too), cluster, metrics, config. Start at {@link
 * io.millrace.broker.lag.LagKeeper}, then {@code Progress}, which gives the verdict.
 */
package io.millrace.broker.lag;
