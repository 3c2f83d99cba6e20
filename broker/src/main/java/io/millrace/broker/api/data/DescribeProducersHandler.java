package io.millrace.broker.api.data;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.log.ProducerStates.ActiveProducer;
import io.millrace.broker.replica.Partitions;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.DescribeProducersRequest;
import io.millrace.protocol.message.DescribeProducersResponse;
import io.millrace.protocol.message.DescribeProducersResponse.Topic;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** DescribeProducers, key 61, version 0: the producers whose sequences a partition remembers (KIP-664). */
public final class DescribeProducersHandler
        implements RequestHandler<DescribeProducersRequest, DescribeProducersResponse> {
    private static final int NO_MARKER_YET = -1;

    private final Partitions partitions;

    public DescribeProducersHandler(Partitions partitions) {
        this.partitions = partitions;
    }

    @Override
    public CompletionStage<DescribeProducersResponse> handle(RequestContext context, DescribeProducersRequest request) {
        return CompletableFuture.completedFuture(DescribeProducersResponse.builder()
                .topics(request.topics().stream()
                        .map(topic -> new Topic(
                                topic.name(),
                                topic.partitionIndexes().stream()
                                        .map(partition -> describe(new TopicPartition(topic.name(), partition)))
                                        .toList()))
                        .toList())
                .build());
    }

    private Topic.Partition describe(TopicPartition id) {
        Topic.Partition.Builder answer = Topic.Partition.builder().partitionIndex(id.partition());
        try {
            return answer.activeProducers(partitions.leading(id).producers().stream()
                            .map(DescribeProducersHandler::describe)
                            .toList())
                    .build();
        } catch (ApiException e) {
            return answer.errorCode(e.error()).errorMessage(e.getMessage()).build();
        }
    }

    private static Topic.Partition.ActiveProducer describe(ActiveProducer producer) {
        return Topic.Partition.ActiveProducer.builder()
                .producerId(producer.producerId())
                .producerEpoch(producer.epoch())
                .lastSequence(producer.lastSequence())
                .lastTimestamp(producer.lastTimestamp())
                .coordinatorEpoch(NO_MARKER_YET)
                .build();
    }
}
