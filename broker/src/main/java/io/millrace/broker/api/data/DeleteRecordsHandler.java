package io.millrace.broker.api.data;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.replica.Partitions;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.DeleteRecordsRequest;
import io.millrace.protocol.message.DeleteRecordsResponse;
import io.millrace.protocol.message.DeleteRecordsResponse.Topic;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** DeleteRecords, key 21, versions 0-2: moves the start of logs forward (KIP-107). */
public final class DeleteRecordsHandler implements RequestHandler<DeleteRecordsRequest, DeleteRecordsResponse> {
    private static final long TO_HIGH_WATERMARK = -1;
    private static final long UNKNOWN = -1;

    private final Partitions partitions;

    public DeleteRecordsHandler(Partitions partitions) {
        this.partitions = partitions;
    }

    @Override
    public CompletionStage<DeleteRecordsResponse> handle(RequestContext context, DeleteRecordsRequest request) {
        return CompletableFuture.completedFuture(DeleteRecordsResponse.builder()
                .topics(request.topics().stream()
                        .map(topic -> new Topic(
                                topic.name(),
                                topic.partitions().stream()
                                        .map(asked -> delete(topic.name(), asked))
                                        .toList()))
                        .toList())
                .build());
    }

    private Topic.Partition delete(String topic, DeleteRecordsRequest.Topic.Partition asked) {
        Topic.Partition.Builder answer = Topic.Partition.builder().partitionIndex(asked.partitionIndex());
        try {
            long start = partitions
                    .leading(new TopicPartition(topic, asked.partitionIndex()))
                    .deleteRecordsBefore(asked.offset(), asked.offset() == TO_HIGH_WATERMARK);
            return answer.lowWatermark(start).build();
        } catch (ApiException e) {
            return answer.lowWatermark(UNKNOWN).errorCode(e.error()).build();
        }
    }
}
