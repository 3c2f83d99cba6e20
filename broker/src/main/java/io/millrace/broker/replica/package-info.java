/**
 * What one partition means on this broker: whether it leads, what it appends and lets read, and who waits for more.
 *
 * <p>Owns: the role of each partition here, its high watermark, those who wait for it. In this version every partition
 * has one replica, so the leader's log end is the high watermark; followers, in-sync sets and claims against other
 * brokers enter here. May import: log, cluster, config. Start at {@link io.millrace.broker.replica.Partitions} and
 * {@link io.millrace.broker.replica.Partition}.
 */
package io.millrace.broker.replica;
