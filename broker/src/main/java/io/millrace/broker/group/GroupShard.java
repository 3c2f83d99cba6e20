package io.millrace.broker.group;

import io.millrace.broker.coordinator.Decision;
import io.millrace.broker.coordinator.Reply;
import io.millrace.broker.coordinator.ShardState;
import io.millrace.broker.coordinator.ShardTimer;
import io.millrace.broker.group.Syncing.Synced;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The groups of one partition of the offsets topic, and all that can be asked of them. Wires the classes that do it.
 *
 * <p>Threading: in turns of its shard.
 */
final class GroupShard implements ShardState<GroupRecord> {
    private final Groups groups;
    private final Sessions sessions;
    private final Joins joins;
    private final Syncs syncs;
    private final Leaves leaves;
    private final OffsetCommits offsetCommits;
    private final Removals removals;

    GroupShard(
            ShardTimer<GroupRecord> timer,
            GroupConfig config,
            Topics topics,
            GroupMemory memory,
            Clock clock,
            Supplier<String> uniqueIds,
            GroupMeters meters) {
        groups = new Groups(memory.share());
        Rebalances rebalances = new Rebalances(groups, timer, config, clock, meters);
        sessions = new Sessions(groups, rebalances, timer);
        PendingMembers pendingMembers = new PendingMembers(groups, rebalances, timer);
        joins = new Joins(groups, rebalances, sessions, pendingMembers, config, uniqueIds);
        syncs = new Syncs(groups, rebalances, sessions, clock);
        leaves = new Leaves(groups, rebalances, pendingMembers);
        offsetCommits = new OffsetCommits(groups, sessions, topics, clock);
        removals = new Removals(groups, offsetCommits, timer, config, clock, meters);
    }

    @Override
    public void apply(GroupRecord record) {
        groups.apply(record);
    }

    /** Who was a member when the log was written is taken to be alive for one session timeout. */
    @Override
    public void loaded() {
        for (ClassicGroup group : groups.all()) {
            group.members().forEach(member -> sessions.watch(group, member));
        }
        removals.start();
    }

    @Override
    public void unloaded() {
        groups.memory().release();
    }

    Groups groups() {
        return groups;
    }

    Decision<GroupRecord> join(Joining joining, Reply<JoinOutcome> reply) {
        return joins.join(joining, reply);
    }

    Decision<GroupRecord> sync(Syncing syncing, Reply<Synced> reply) {
        return syncs.sync(syncing, reply);
    }

    Decision<GroupRecord> heartbeat(String groupId, MemberRef member, int generation, Reply<ErrorCode> reply) {
        return syncs.heartbeat(groupId, member, generation, reply);
    }

    Decision<GroupRecord> leave(String groupId, List<MemberRef> members, Reply<List<ErrorCode>> reply) {
        return leaves.leave(groupId, members, reply);
    }

    Decision<GroupRecord> commit(
            Committing committing, Map<TopicPartition, ErrorCode> errors, Reply<Map<TopicPartition, ErrorCode>> reply) {
        return offsetCommits.commit(committing, errors, reply);
    }

    Decision<GroupRecord> fetch(
            String groupId,
            Optional<List<TopicPartition>> partitions,
            Reply<Map<TopicPartition, CommittedOffset>> reply) {
        reply.answer(offsetCommits.fetch(groupId, partitions));
        return Decision.nothing();
    }

    Decision<GroupRecord> list(Reply<List<GroupView>> reply) {
        reply.answer(groups.all().stream().map(ClassicGroup::summary).toList());
        return Decision.nothing();
    }

    Decision<GroupRecord> positions(Reply<List<GroupPositions>> reply) {
        reply.answer(groups.all().stream()
                .map(group -> new GroupPositions(
                        group.id(),
                        group.summary().state(),
                        group.members().size(),
                        groups.offsets().of(group.id())))
                .toList());
        return Decision.nothing();
    }

    Decision<GroupRecord> describe(String groupId, Reply<Optional<GroupView>> reply) {
        reply.answer(groups.find(groupId).map(Group::view));
        return Decision.nothing();
    }

    Decision<GroupRecord> deleteGroup(String groupId, Reply<ErrorCode> reply) {
        return removals.deleteGroup(groupId, reply);
    }

    Decision<GroupRecord> deleteOffsets(
            String groupId, Map<TopicPartition, ErrorCode> errors, Reply<Map<TopicPartition, ErrorCode>> reply) {
        return removals.deleteOffsets(groupId, errors, reply);
    }

    Decision<GroupRecord> topicsDeleted(Set<String> topics, Reply<Boolean> reply) {
        return removals.topicsDeleted(topics, reply);
    }
}
