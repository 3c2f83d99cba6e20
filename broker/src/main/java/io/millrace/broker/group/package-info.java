/**
 * Consumer groups and the offsets that they commit: classic groups, whose members agree on assignments among themselves.
 *
 * <p>All of it lives in the offsets topic, in Kafka's record format; each partition of that topic is a shard, which knows
 * the groups whose ids map to it. Knows groups, members, offsets; does not know versions of requests, sockets or
 * replicas. May import: coordinator, config, metrics, protocol. Start at {@link io.millrace.broker.group.GroupCoordinator}, then
 * {@code GroupShard}, {@code JoinDecision}, {@code ClassicGroup} and {@code Rebalances}.
 *
 * <p>Bounds: metadata of a member ({@code JoinDecision.MAX_METADATA_BYTES}), ids given and not yet used ({@code
 * PendingMembers.MOST}), members of a group ({@code group.max.size}), the heap that all groups and offsets together may
 * hold ({@code millrace.group.memory.max.bytes}), commands waiting for a shard. A member has one join and one sync
 * waiting at most.
 */
package io.millrace.broker.group;
