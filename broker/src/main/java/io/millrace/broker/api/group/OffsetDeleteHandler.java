package io.millrace.broker.api.group;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.group.GroupCoordinator;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.OffsetDeleteRequest;
import io.millrace.protocol.message.OffsetDeleteResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** OffsetDelete, key 47, version 0: forgets positions of a group. */
public final class OffsetDeleteHandler implements RequestHandler<OffsetDeleteRequest, OffsetDeleteResponse> {
    private final GroupCoordinator groups;

    public OffsetDeleteHandler(GroupCoordinator groups) {
        this.groups = groups;
    }

    @Override
    public CompletionStage<OffsetDeleteResponse> handle(RequestContext context, OffsetDeleteRequest request) {
        List<TopicPartition> partitions = request.topics().stream()
                .flatMap(topic -> topic.partitions().stream()
                        .map(partition -> new TopicPartition(topic.name(), partition.partitionIndex())))
                .toList();
        return Outcome.of(
                groups.deleteOffsets(request.groupId(), partitions),
                results -> response(request, results),
                error -> OffsetDeleteResponse.builder().errorCode(error).build());
    }

    private static OffsetDeleteResponse response(OffsetDeleteRequest request, Map<TopicPartition, ErrorCode> results) {
        return OffsetDeleteResponse.builder()
                .topics(request.topics().stream()
                        .map(topic -> new OffsetDeleteResponse.Topic(
                                topic.name(),
                                topic.partitions().stream()
                                        .map(partition -> result(topic.name(), partition.partitionIndex(), results))
                                        .toList()))
                        .toList())
                .build();
    }

    private static OffsetDeleteResponse.Topic.Partition result(
            String topic, int partition, Map<TopicPartition, ErrorCode> results) {
        ErrorCode error = results.get(new TopicPartition(topic, partition));
        return new OffsetDeleteResponse.Topic.Partition(partition, error.code());
    }
}
