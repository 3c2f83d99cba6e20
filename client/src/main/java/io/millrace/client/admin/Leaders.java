package io.millrace.client.admin;

import io.millrace.client.MillraceException;
import io.millrace.client.net.Target;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.MetadataRequest;
import io.millrace.protocol.message.MetadataResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Finds who leads partitions. Asks each time: an administrator's request is rare, and a wrong leader costs as much. */
final class Leaders implements AdminCalls.Finder<TopicPartition> {
    private final AdminCalls calls;

    Leaders(AdminCalls calls) {
        this.calls = calls;
    }

    @Override
    public CompletionStage<Map<TopicPartition, ItemResult<Integer>>> find(Set<TopicPartition> partitions, Turn turn) {
        List<MetadataRequest.Topic> topics = partitions.stream()
                .map(TopicPartition::topic)
                .distinct()
                .map(name -> MetadataRequest.Topic.builder().name(name).build())
                .toList();
        MetadataRequest request = MetadataRequest.builder()
                .topics(topics)
                .allowAutoTopicCreation(false)
                .build();
        return calls.topology()
                .thenCompose(known -> calls.call(Target.ANY_NODE, request, turn))
                .thenApply(answer -> leaders(partitions, answer));
    }

    private static Map<TopicPartition, ItemResult<Integer>> leaders(
            Set<TopicPartition> partitions, MetadataResponse answer) {
        Map<String, MetadataResponse.Topic> topics = new LinkedHashMap<>();
        answer.topics().forEach(topic -> topics.put(topic.name(), topic));
        Map<TopicPartition, ItemResult<Integer>> leaders = new LinkedHashMap<>();
        partitions.forEach(partition ->
                leaders.put(partition, leader(partition, Optional.ofNullable(topics.get(partition.topic())))));
        return leaders;
    }

    private static ItemResult<Integer> leader(TopicPartition asked, Optional<MetadataResponse.Topic> told) {
        ErrorCode error =
                told.map(topic -> ErrorCode.of(topic.errorCode())).orElse(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        if (error != ErrorCode.NONE) {
            return ItemResult.failure(MillraceException.refused(
                    error, "The leader of " + asked + " was not found; does the topic exist?"));
        }
        Optional<MetadataResponse.Topic.Partition> partition = told.stream()
                .flatMap(topic -> topic.partitions().stream())
                .filter(candidate -> candidate.partitionIndex() == asked.partition())
                .findFirst();
        if (partition.isEmpty()) {
            return ItemResult.failure(MillraceException.refused(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "Topic '" + asked.topic() + "' has "
                            + told.get().partitions().size() + " partitions, numbered from 0; there is no " + asked));
        }
        int leader = partition.get().leaderId();
        return leader >= 0
                ? ItemResult.success(leader)
                : ItemResult.failure(MillraceException.refused(
                        ErrorCode.LEADER_NOT_AVAILABLE, "Nobody leads " + asked + " now; are its replicas up?"));
    }
}
