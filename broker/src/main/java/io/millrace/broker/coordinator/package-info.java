/**
 * The machine that coordinators share: a state machine whose state is the replay of one log partition.
 *
 * <p>A {@code Shard} takes one command at a time: it decides, its records are appended, they are applied, and the answer
 * goes out once they are committed. {@link Shards} loads a shard when this broker leads the partition and drops it when
 * it does not. Knows record batches; does not know groups, transactions, replicas or sockets: the partition stands
 * behind {@link ShardLog}, which {@link io.millrace.broker.coordinator.PartitionLog} implements over the partition that this broker leads. May
 * import: replica, protocol. Start at {@link Shards}, then {@code Shard},
 * {@code LoadedShard} and {@link Decision}.
 */
package io.millrace.broker.coordinator;
