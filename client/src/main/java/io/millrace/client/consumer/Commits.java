package io.millrace.client.consumer;

import io.millrace.client.MillraceException;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.Lane;
import io.millrace.client.net.Limits;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.OffsetCommitRequest;
import io.millrace.protocol.message.OffsetCommitResponse;
import io.millrace.protocol.message.OffsetFetchRequest;
import io.millrace.protocol.message.OffsetFetchResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The group's positions at its coordinator: stored, and read back. What may be tried again is, for {@code request.timeout.ms}.
 *
 * <p>Threading: any thread may call; stages complete on the I/O thread.
 */
final class Commits {
    /** From the next version on topics go by their ids, which a committed position may outlive. */
    private static final int LAST_COMMIT_BY_NAME = 9;

    /** Of one group, which is all that is asked for: brokers of all ages know that. */
    private static final int LAST_FETCH_OF_ONE_GROUP = 7;

    private final ClusterClient cluster;
    private final Coordinator coordinator;
    private final Supplier<MemberIdentity> identity;

    /** @param identity of the member, now; asked on the I/O thread */
    Commits(ClusterClient cluster, Coordinator coordinator, Supplier<MemberIdentity> identity) {
        this.cluster = cluster;
        this.coordinator = coordinator;
        this.identity = identity;
    }

    /** A position, and the leader epoch of the record in front of it; -1 if not known. */
    record Committed(long offset, int epoch) {}

    /** Stores positions. Fails with REFUSED if the member is none any more: its partitions have gone to others. */
    CompletionStage<Void> commit(Map<TopicPartition, Committed> positions) {
        if (positions.isEmpty()) {
            return CompletableFuture.completedStage(null);
        }
        List<OffsetCommitRequest.Topic> topics = topics(positions);
        return cluster.retrying(cluster.config().requestTimeout(), () -> {
            MemberIdentity me = identity.get();
            OffsetCommitRequest request = OffsetCommitRequest.builder()
                    .groupId(coordinator.groupId())
                    .generationIdOrMemberEpoch(me.generation())
                    .memberId(me.memberId())
                    .groupInstanceId(me.instance())
                    .topics(topics)
                    .build();
            return coordinator
                    .call(Lane.MAIN, request, Limits.NONE.upTo(LAST_COMMIT_BY_NAME))
                    .thenApply(this::checked);
        });
    }

    private static List<OffsetCommitRequest.Topic> topics(Map<TopicPartition, Committed> positions) {
        Map<String, List<OffsetCommitRequest.Topic.Partition>> byTopic = new LinkedHashMap<>();
        positions.forEach((partition, position) -> byTopic.computeIfAbsent(partition.topic(), name -> new ArrayList<>())
                .add(OffsetCommitRequest.Topic.Partition.builder()
                        .partitionIndex(partition.partition())
                        .committedOffset(position.offset())
                        .committedLeaderEpoch(position.epoch())
                        .committedMetadata("")
                        .build()));
        List<OffsetCommitRequest.Topic> topics = new ArrayList<>();
        byTopic.forEach((name, partitions) -> topics.add(OffsetCommitRequest.Topic.builder()
                .name(name)
                .partitions(partitions)
                .build()));
        return topics;
    }

    private Void checked(OffsetCommitResponse answer) {
        for (OffsetCommitResponse.Topic topic : answer.topics()) {
            for (OffsetCommitResponse.Topic.Partition partition : topic.partitions()) {
                check(ErrorCode.of(partition.errorCode()), topic.name() + "-" + partition.partitionIndex());
            }
        }
        return null;
    }

    private void check(ErrorCode error, String what) {
        if (error == ErrorCode.NONE) {
            return;
        }
        coordinator.hasMoved(error);
        String hint =
                switch (error) {
                    case UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS, FENCED_INSTANCE_ID ->
                        "; partitions are being given to others: what was read since the last commit is read again";
                    default -> "";
                };
        throw MillraceException.refused(
                error, "Group '" + coordinator.groupId() + "' has no answer for the position of " + what + hint);
    }

    /** Positions that were stored; partitions without one are left out. */
    CompletionStage<Map<TopicPartition, Committed>> committed(Collection<TopicPartition> partitions) {
        Map<String, List<Integer>> byTopic = new LinkedHashMap<>();
        partitions.forEach(partition -> byTopic.computeIfAbsent(partition.topic(), name -> new ArrayList<>())
                .add(partition.partition()));
        List<OffsetFetchRequest.Topic> topics = new ArrayList<>();
        byTopic.forEach((name, ids) -> topics.add(OffsetFetchRequest.Topic.builder()
                .name(name)
                .partitionIndexes(ids)
                .build()));
        OffsetFetchRequest.Builder request =
                OffsetFetchRequest.builder().groupId(coordinator.groupId()).topics(topics);
        OffsetFetchRequest stable = request.requireStable(true).build();
        OffsetFetchRequest anyhow = request.requireStable(false).build();
        return cluster.retrying(cluster.config().requestTimeout(), () -> fetch(stable)
                .exceptionallyCompose(
                        failure -> isUnsupported(failure) ? fetch(anyhow) : CompletableFuture.failedStage(failure))
                .thenApply(this::positions));
    }

    private CompletionStage<OffsetFetchResponse> fetch(OffsetFetchRequest request) {
        return coordinator.call(Lane.MAIN, request, Limits.NONE.upTo(LAST_FETCH_OF_ONE_GROUP));
    }

    /** Brokers before Kafka 2.5 (KIP-447) know nothing of positions that a transaction may still change. */
    private static boolean isUnsupported(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof MillraceException known && known.error() == ErrorCode.UNSUPPORTED_VERSION;
    }

    private Map<TopicPartition, Committed> positions(OffsetFetchResponse answer) {
        Map<TopicPartition, Committed> positions = new HashMap<>();
        check(ErrorCode.of(answer.errorCode()), "its partitions");
        for (OffsetFetchResponse.Topic topic : answer.topics()) {
            for (OffsetFetchResponse.Topic.Partition partition : topic.partitions()) {
                TopicPartition of = new TopicPartition(topic.name(), partition.partitionIndex());
                check(ErrorCode.of(partition.errorCode()), of.toString());
                if (partition.committedOffset() >= 0) {
                    positions.put(of, new Committed(partition.committedOffset(), partition.committedLeaderEpoch()));
                }
            }
        }
        return positions;
    }
}
