package io.millrace.client.admin;

import io.millrace.client.IsolationLevel;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.DeleteRecordsRequest;
import io.millrace.protocol.message.ListOffsetsRequest;
import io.millrace.protocol.message.ListOffsetsResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/** ListOffsets and DeleteRecords, each partition at its leader. Threading: any. */
final class OffsetRequests {
    private static final int CONSUMER = -1;

    private final AdminCalls calls;
    private final Leaders leaders;

    OffsetRequests(AdminCalls calls) {
        this.calls = calls;
        this.leaders = new Leaders(calls);
    }

    CompletionStage<Map<TopicPartition, ItemResult<ListedOffset>>> list(
            Map<TopicPartition, OffsetAt> partitions, IsolationLevel isolation) {
        Map<TopicPartition, OffsetAt> asked = Map.copyOf(partitions);
        return calls.each(partitions.keySet(), leaders, (broker, part, turn) -> {
            List<ListOffsetsRequest.Topic> topics = new ArrayList<>();
            Joined.byTopic(part, TopicPartition::topic, partition -> asked(partition, asked.get(partition)))
                    .forEach((name, list) -> topics.add(new ListOffsetsRequest.Topic(name, list)));
            ListOffsetsRequest request = ListOffsetsRequest.builder()
                    .replicaId(CONSUMER)
                    .isolationLevel(isolation.code())
                    .topics(topics)
                    .timeoutMs(turn.brokerTimeoutMs())
                    .build();
            return calls.call(broker, request, turn).thenApply(OffsetRequests::listed);
        });
    }

    private static ListOffsetsRequest.Topic.Partition asked(TopicPartition partition, OffsetAt offset) {
        return ListOffsetsRequest.Topic.Partition.builder()
                .partitionIndex(partition.partition())
                .timestamp(offset.timestamp())
                .build();
    }

    private static Map<TopicPartition, ItemResult<ListedOffset>> listed(ListOffsetsResponse answer) {
        Map<TopicPartition, ItemResult<ListedOffset>> results = new LinkedHashMap<>();
        answer.topics().forEach(topic -> topic.partitions().forEach(told -> {
            TopicPartition partition = new TopicPartition(topic.name(), told.partitionIndex());
            results.put(
                    partition,
                    Joined.result(
                            told.errorCode(),
                            null,
                            "The offset of " + partition + " cannot be told",
                            () -> offset(told)));
        }));
        return results;
    }

    private static ListedOffset offset(ListOffsetsResponse.Topic.Partition told) {
        return new ListedOffset(
                known(told.offset()),
                known(told.timestamp()),
                told.leaderEpoch() < 0 ? OptionalInt.empty() : OptionalInt.of(told.leaderEpoch()));
    }

    private static OptionalLong known(long value) {
        return value < 0 ? OptionalLong.empty() : OptionalLong.of(value);
    }

    CompletionStage<Map<TopicPartition, ItemResult<Long>>> deleteRecords(Map<TopicPartition, Long> before) {
        Map<TopicPartition, Long> asked = Map.copyOf(before);
        return calls.each(before.keySet(), leaders, (broker, part, turn) -> {
            List<DeleteRecordsRequest.Topic> topics = new ArrayList<>();
            Joined.byTopic(
                            part,
                            TopicPartition::topic,
                            partition -> new DeleteRecordsRequest.Topic.Partition(
                                    partition.partition(), asked.get(partition)))
                    .forEach((name, list) -> topics.add(new DeleteRecordsRequest.Topic(name, list)));
            return calls.call(broker, new DeleteRecordsRequest(topics, turn.brokerTimeoutMs()), turn)
                    .thenApply(answer -> {
                        Map<TopicPartition, ItemResult<Long>> results = new LinkedHashMap<>();
                        answer.topics().forEach(topic -> topic.partitions().forEach(told -> {
                            TopicPartition partition = new TopicPartition(topic.name(), told.partitionIndex());
                            results.put(
                                    partition,
                                    Joined.result(
                                            told.errorCode(),
                                            null,
                                            "No records of " + partition + " were deleted",
                                            told::lowWatermark));
                        }));
                        return results;
                    });
        });
    }
}
