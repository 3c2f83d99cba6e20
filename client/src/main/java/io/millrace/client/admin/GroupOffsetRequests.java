package io.millrace.client.admin;

import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.OffsetCommitRequest;
import io.millrace.protocol.message.OffsetDeleteRequest;
import io.millrace.protocol.message.OffsetDeleteResponse;
import io.millrace.protocol.message.OffsetFetchRequest;
import io.millrace.protocol.message.OffsetFetchResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * OffsetFetch, OffsetCommit and OffsetDelete of one group, at its coordinator. Topics go by name, so in versions before
 * those that want ids.
 *
 * <p>Threading: any.
 */
final class GroupOffsetRequests {
    /** With one group, and all its topics on request (from version 2 on). */
    private static final int LAST_FETCH_OF_ONE_GROUP = 7;

    private static final int LAST_COMMIT_BY_NAME = 9;
    private static final int NO_EPOCH = -1;

    private final AdminCalls calls;
    private final Coordinators coordinators;

    GroupOffsetRequests(AdminCalls calls) {
        this.calls = calls;
        this.coordinators = new Coordinators(calls);
    }

    CompletionStage<ItemResult<Map<TopicPartition, CommittedOffset>>> list(String group) {
        OffsetFetchRequest all =
                OffsetFetchRequest.builder().groupId(group).topics(null).build();
        return calls.one(
                group, coordinators, (broker, groups, turn) -> calls.call(broker, all, turn, LAST_FETCH_OF_ONE_GROUP)
                        .thenApply(answer -> Map.of(group, listed(group, answer))));
    }

    private static ItemResult<Map<TopicPartition, CommittedOffset>> listed(String group, OffsetFetchResponse answer) {
        String failed = "The positions of group '" + group + "' cannot be told";
        Map<TopicPartition, CommittedOffset> positions = new LinkedHashMap<>();
        for (OffsetFetchResponse.Topic topic : answer.topics()) {
            for (OffsetFetchResponse.Topic.Partition told : topic.partitions()) {
                TopicPartition partition = new TopicPartition(topic.name(), told.partitionIndex());
                if (ErrorCode.of(told.errorCode()) != ErrorCode.NONE) { // an incomplete list would mislead
                    return Joined.result(told.errorCode(), partition.toString(), failed, Map::of);
                }
                if (told.committedOffset() >= 0) {
                    positions.put(partition, committed(told));
                }
            }
        }
        return Joined.result(answer.errorCode(), null, failed, () -> Collections.unmodifiableMap(positions));
    }

    private static CommittedOffset committed(OffsetFetchResponse.Topic.Partition told) {
        return new CommittedOffset(
                told.committedOffset(),
                told.committedLeaderEpoch() < 0 ? OptionalInt.empty() : OptionalInt.of(told.committedLeaderEpoch()),
                Objects.requireNonNullElse(told.metadata(), ""));
    }

    CompletionStage<Map<TopicPartition, ItemResult<Done>>> alter(
            String group, Map<TopicPartition, CommittedOffset> positions) {
        Map<TopicPartition, CommittedOffset> wanted = Map.copyOf(positions);
        return calls.each(positions.keySet(), coordinators.by(partition -> group), (broker, part, turn) -> {
            List<OffsetCommitRequest.Topic> topics = new ArrayList<>();
            Joined.byTopic(part, TopicPartition::topic, partition -> asked(partition, wanted.get(partition)))
                    .forEach((name, partitions) -> topics.add(OffsetCommitRequest.Topic.builder()
                            .name(name)
                            .partitions(partitions)
                            .build()));
            return calls.call(
                            broker,
                            OffsetCommitRequest.builder()
                                    .groupId(group)
                                    .topics(topics)
                                    .build(),
                            turn,
                            LAST_COMMIT_BY_NAME)
                    .thenApply(answer -> {
                        Map<TopicPartition, ItemResult<Done>> results = new LinkedHashMap<>();
                        answer.topics().forEach(topic -> topic.partitions().forEach(told -> {
                            TopicPartition partition = new TopicPartition(topic.name(), told.partitionIndex());
                            results.put(partition, Joined.done(told.errorCode(), null, unaltered(group, partition)));
                        }));
                        return results;
                    });
        });
    }

    private static OffsetCommitRequest.Topic.Partition asked(TopicPartition partition, CommittedOffset position) {
        return OffsetCommitRequest.Topic.Partition.builder()
                .partitionIndex(partition.partition())
                .committedOffset(position.offset())
                .committedLeaderEpoch(position.leaderEpoch().orElse(NO_EPOCH))
                .committedMetadata(position.metadata())
                .build();
    }

    private static String unaltered(String group, TopicPartition partition) {
        return "The position of group '" + group + "' in " + partition
                + " stays as it is; those of a group with members are its members' alone";
    }

    CompletionStage<Map<TopicPartition, ItemResult<Done>>> delete(String group, Collection<TopicPartition> partitions) {
        return calls.each(partitions, coordinators.by(partition -> group), (broker, part, turn) -> {
            List<OffsetDeleteRequest.Topic> topics = new ArrayList<>();
            Joined.byTopic(
                            part,
                            TopicPartition::topic,
                            partition -> new OffsetDeleteRequest.Topic.Partition(partition.partition()))
                    .forEach((name, numbers) -> topics.add(new OffsetDeleteRequest.Topic(name, numbers)));
            return calls.call(broker, new OffsetDeleteRequest(group, topics), turn)
                    .thenApply(answer -> deleted(group, part, answer));
        });
    }

    private static Map<TopicPartition, ItemResult<Done>> deleted(
            String group, Set<TopicPartition> asked, OffsetDeleteResponse answer) {
        ErrorCode error = ErrorCode.of(answer.errorCode());
        if (error != ErrorCode.NONE) {
            return Joined.failed(
                    asked, Joined.refused(error, null, "The positions of group '" + group + "' were not deleted"));
        }
        Map<TopicPartition, ItemResult<Done>> results = new LinkedHashMap<>();
        answer.topics().forEach(topic -> topic.partitions().forEach(told -> {
            TopicPartition partition = new TopicPartition(topic.name(), told.partitionIndex());
            results.put(
                    partition,
                    Joined.done(
                            told.errorCode(),
                            null,
                            "The position of group '" + group + "' in " + partition + " was not deleted"));
        }));
        return results;
    }
}
