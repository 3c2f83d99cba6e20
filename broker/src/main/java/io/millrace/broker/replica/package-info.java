/**
 * What one partition means on this broker: whether it leads or follows, what it appends and lets read, who is in sync, and
 * who waits for more.
 *
 * <p>Owns: the role of each partition here, its high watermark, the leader's account of its replicas, those who wait. Reads
 * the shared truth as a {@link io.millrace.broker.cluster.ClusterView}, and changes it by versioned writes only. Time,
 * threads and other brokers enter through {@link io.millrace.broker.replica.ReplicaRuntime} and {@link
 * io.millrace.broker.replica.PeerClient}, so that a simulation can run all of it in one thread. May import: log, cluster,
 * quota, config, metrics.
 *
 * <p>Start at {@link io.millrace.broker.replica.Partition}, which names its parts. Then the ways in which its role changes:
 * {@link io.millrace.broker.replica.Leadership} hears of each change, and {@code RoleKeeper} follows the view; {@code
 * Vacancies} finds what {@code Claims} (by {@code Election}) takes over from who is gone (by {@code Liveness}); {@code
 * HandOver} gives; {@code UncleanReturn} settles what an unclean stop may have cost. {@code InSync} and {@code
 * InSyncKeeper} hold the set, {@code LeaderFetcher} follows. Topics that are
 * mirrors of another cluster's are written by {@link io.millrace.broker.replica.MirroredLog} alone, for which {@code
 * EpochRaise} keeps epochs above the source's. {@code DiskLosses} lets go of what a failed disk holds, {@link
 * io.millrace.broker.replica.Repairs} gets again what one has damaged.
 */
package io.millrace.broker.replica;
