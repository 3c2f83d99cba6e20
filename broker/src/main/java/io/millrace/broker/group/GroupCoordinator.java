package io.millrace.broker.group;

import io.millrace.broker.coordinator.Command;
import io.millrace.broker.coordinator.ShardConfig;
import io.millrace.broker.coordinator.ShardLog;
import io.millrace.broker.coordinator.ShardRuntime;
import io.millrace.broker.coordinator.Shards;
import io.millrace.broker.group.Committing.Position;
import io.millrace.broker.group.Syncing.Synced;
import io.millrace.broker.metrics.Metrics;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Consumer groups and their offsets: the door to them. Each group lives in the partition of {@link #TOPIC} that its id
 * maps to, on the broker that leads it.
 *
 * <p>All stages complete exactly once, on a thread of the shards or on the caller's; with an {@link ApiException} where
 * the group as a whole cannot answer: NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, and what
 * the methods name. A join or sync may take as long as a rebalance; no thread waits with it.
 *
 * <p>Threading: any thread; {@link #lead}, {@link #release} and {@link #close} one at a time.
 */
public final class GroupCoordinator implements AutoCloseable {
    /** The topic that groups are kept in. */
    public static final String TOPIC = "__consumer_offsets";

    private static final Logger LOG = LoggerFactory.getLogger(GroupCoordinator.class);
    private static final int MAX_QUEUED_COMMANDS = 10_000;

    private final GroupConfig config;
    private final GroupMeters meters;
    private final Topics topics;
    private final IntSupplier partitionCount;
    private final Shards<GroupShard, GroupRecord> shards;

    /**
     * Makes a coordinator that leads nothing yet.
     *
     * @param partitionCount how many partitions the topic has, which never changes; 0 while there is no such topic
     * @param uniqueIds what is different at each call, for member ids
     */
    public GroupCoordinator(
            GroupConfig config,
            Topics topics,
            IntSupplier partitionCount,
            ShardRuntime runtime,
            Supplier<String> uniqueIds) {
        this(config, topics, partitionCount, runtime, uniqueIds, new Metrics());
    }

    /** As the other; {@code metrics} gets the room's numbers. */
    public GroupCoordinator(
            GroupConfig config,
            Topics topics,
            IntSupplier partitionCount,
            ShardRuntime runtime,
            Supplier<String> uniqueIds,
            Metrics metrics) {
        this.meters = new GroupMeters(metrics, this::shards);
        this.config = config;
        this.topics = topics;
        this.partitionCount = partitionCount;
        GroupMemory memory = new GroupMemory(config.memoryMaxBytes());
        this.shards = new Shards<GroupShard, GroupRecord>(
                TOPIC,
                new OffsetsTopicFormat(),
                timer -> new GroupShard(timer, config, topics, memory, runtime.clock(), uniqueIds, meters),
                runtime,
                new ShardConfig(MAX_QUEUED_COMMANDS, config.commitTimeoutMs(), config.loadBufferBytes()));
    }

    /** This broker leads a partition of the topic, from now on or at a new epoch. */
    public void lead(int partition, ShardLog log) {
        shards.lead(partition, log);
    }

    /** This broker does not lead a partition of the topic any more. */
    public void release(int partition) {
        shards.release(partition);
    }

    private Shards<GroupShard, GroupRecord> shards() {
        return shards;
    }

    /** Answers all who wait with COORDINATOR_NOT_AVAILABLE, and all who come. */
    @Override
    public void close() {
        shards.close();
    }

    /**
     * The partition that a group lives in.
     *
     * @throws ApiException COORDINATOR_NOT_AVAILABLE while there is no such topic
     */
    public int partitionFor(String groupId) {
        int count = partitionCount.getAsInt();
        if (count <= 0) {
            throw new ApiException(ErrorCode.COORDINATOR_NOT_AVAILABLE, TOPIC + " does not exist yet");
        }
        int hash = groupId.hashCode();
        return (hash == Integer.MIN_VALUE ? 0 : Math.abs(hash)) % count;
    }

    /** Fails with: 23, 24, 25, 26, 42, 81, 82. Answered when the next generation starts, or at once. */
    public CompletionStage<JoinOutcome> join(Joining joining) {
        return inGroup(joining.groupId(), (shard, reply) -> shard.join(joining, reply));
    }

    /** Fails with: 22, 23, 24, 25, 27, 82. Answered when the leader has assigned, or at once. */
    public CompletionStage<Synced> sync(Syncing syncing) {
        return tooLarge(
                inGroup(syncing.groupId(), (shard, reply) -> shard.sync(syncing, reply)),
                ErrorCode.UNKNOWN_SERVER_ERROR);
    }

    /** Fails with: 22, 24, 25, 82. Answers REBALANCE_IN_PROGRESS where the member is to join again, else NONE. */
    public CompletionStage<ErrorCode> heartbeat(String groupId, MemberRef member, int generation) {
        return inGroup(groupId, (shard, reply) -> shard.heartbeat(groupId, member, generation, reply));
    }

    /** Fails with: 24. Answers with a result for each member, in their order. */
    public CompletionStage<List<ErrorCode>> leave(String groupId, List<MemberRef> members) {
        return inGroup(groupId, (shard, reply) -> shard.leave(groupId, members, reply));
    }

    /** Fails with: 22, 25, 27, 28, 82. Answers with a result for each partition: 0, 3, 12. */
    public CompletionStage<Map<TopicPartition, ErrorCode>> commit(Committing committing) {
        Map<TopicPartition, ErrorCode> errors = new LinkedHashMap<>();
        for (Position position : committing.positions()) {
            errors.put(position.partition(), OffsetCommits.check(position, topics, config));
        }
        meters.committed(committing.positions().size());
        return tooLarge(
                inShard(committing.groupId(), (shard, reply) -> shard.commit(committing, errors, reply)),
                ErrorCode.INVALID_COMMIT_OFFSET_SIZE);
    }

    /** The offsets of some partitions, or of all where none are named; what a group has not committed is left out. */
    public CompletionStage<Map<TopicPartition, CommittedOffset>> fetch(
            String groupId, Optional<List<TopicPartition>> partitions) {
        return inShard(groupId, (shard, reply) -> shard.fetch(groupId, partitions, reply));
    }

    /** Fails with: 68, 69. Answers with a result for each partition: 0, 3, 86. */
    public CompletionStage<Map<TopicPartition, ErrorCode>> deleteOffsets(
            String groupId, List<TopicPartition> partitions) {
        Map<TopicPartition, ErrorCode> errors = new LinkedHashMap<>();
        for (TopicPartition partition : partitions) {
            boolean exists = partition.partition() >= 0 && partition.partition() < topics.partitions(partition.topic());
            errors.put(partition, exists ? ErrorCode.NONE : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        }
        meters.deleted(partitions.size());
        return inShard(groupId, (shard, reply) -> shard.deleteOffsets(groupId, errors, reply));
    }

    /** A group with its members, if there is such a group. */
    public CompletionStage<Optional<GroupView>> describe(String groupId) {
        return inShard(groupId, (shard, reply) -> shard.describe(groupId, reply));
    }

    /** Forgets a group. Fails with: 68, 69. Answers NONE. */
    public CompletionStage<ErrorCode> delete(String groupId) {
        return inShard(groupId, (shard, reply) -> shard.deleteGroup(groupId, reply));
    }

    /** All groups of this broker. Does not fail. */
    public CompletionStage<GroupList> list() {
        List<CompletableFuture<GroupList>> parts = shards.led().stream()
                .map(this::listOf)
                .map(CompletionStage::toCompletableFuture)
                .toList();
        return CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> {
                    List<GroupView> groups = new ArrayList<>();
                    ErrorCode error = ErrorCode.NONE;
                    for (CompletableFuture<GroupList> part : parts) {
                        groups.addAll(part.join().groups());
                        error = error == ErrorCode.NONE ? part.join().error() : error;
                    }
                    return new GroupList(error, groups);
                });
    }

    /** All groups of this broker with how far they have got; those of a shard that does not answer are left out. */
    public CompletionStage<List<GroupPositions>> positions() {
        List<CompletableFuture<List<GroupPositions>>> parts = shards.led().stream()
                .map(partition -> shards.<List<GroupPositions>>submit(partition, GroupShard::positions)
                        .exceptionally(failure -> List.of())
                        .toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(parts.toArray(CompletableFuture<?>[]::new))
                .thenApply(done ->
                        parts.stream().flatMap(part -> part.join().stream()).toList());
    }

    /** A partition that has moved on meanwhile is not ours to list. */
    private CompletionStage<GroupList> listOf(int partition) {
        return shards.<List<GroupView>>submit(partition, GroupShard::list).handle((groups, error) -> {
            if (error == null) {
                return new GroupList(ErrorCode.NONE, groups);
            }
            ErrorCode code = errorOf(error);
            return new GroupList(code == ErrorCode.NOT_COORDINATOR ? ErrorCode.NONE : code, List.of());
        });
    }

    /** Topics are gone for good: all groups of this broker forget what they have committed there. */
    public void topicsDeleted(Set<String> names) {
        shards.led().forEach(partition -> forgetTopics(partition, names));
    }

    private void forgetTopics(int partition, Set<String> names) {
        shards.<Boolean>submit(partition, (shard, reply) -> shard.topicsDeleted(names, reply))
                .whenComplete((more, error) -> {
                    if (error != null) {
                        LOG.warn("{}-{} keeps the offsets of {}: {}", TOPIC, partition, names, error.toString());
                    } else if (more) {
                        forgetTopics(partition, names);
                    }
                });
    }

    private <R> CompletionStage<R> inGroup(String groupId, Command<GroupShard, GroupRecord, R> command) {
        return groupId.isEmpty()
                ? CompletableFuture.failedFuture(new ApiException(ErrorCode.INVALID_GROUP_ID, "the group id is empty"))
                : inShard(groupId, command);
    }

    private <R> CompletionStage<R> inShard(String groupId, Command<GroupShard, GroupRecord, R> command) {
        try {
            return shards.submit(partitionFor(groupId), command);
        } catch (ApiException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** What a request is told whose records the log finds too large. */
    private static <R> CompletionStage<R> tooLarge(CompletionStage<R> stage, ErrorCode instead) {
        return stage.exceptionallyCompose(error -> {
            ErrorCode code = errorOf(error);
            boolean large = code == ErrorCode.MESSAGE_TOO_LARGE || code == ErrorCode.RECORD_LIST_TOO_LARGE;
            return CompletableFuture.failedFuture(
                    large ? new ApiException(instead, "too much for one batch of records") : error);
        });
    }

    private static ErrorCode errorOf(Throwable error) {
        Throwable cause = error instanceof CompletionException ? error.getCause() : error;
        return cause instanceof ApiException api ? api.error() : ErrorCode.UNKNOWN_SERVER_ERROR;
    }
}
