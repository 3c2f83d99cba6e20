package io.millrace.broker.api.admin;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.message.ListPartitionReassignmentsRequest;
import io.millrace.protocol.message.ListPartitionReassignmentsResponse;
import io.millrace.protocol.message.ListPartitionReassignmentsResponse.Topic;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** ListPartitionReassignments, key 46, version 0: which partitions are on the way to other brokers. */
public final class ListPartitionReassignmentsHandler
        implements RequestHandler<ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse> {
    private final ClusterStore cluster;

    public ListPartitionReassignmentsHandler(ClusterStore cluster) {
        this.cluster = cluster;
    }

    @Override
    public CompletionStage<ListPartitionReassignmentsResponse> handle(
            RequestContext context, ListPartitionReassignmentsRequest request) {
        ClusterView view = cluster.view();
        Stream<Topic> topics = request.topics() == null
                ? view.topics().stream().map(topic -> moving(topic, topic.movingPartitions()))
                : request.topics().stream()
                        .map(asked -> view.topic(asked.name())
                                .map(topic -> moving(
                                        topic, topic.movingPartitions().filter(asked.partitionIndexes()::contains))))
                        .flatMap(Optional::stream);
        return CompletableFuture.completedFuture(ListPartitionReassignmentsResponse.builder()
                .topics(topics.filter(topic -> !topic.partitions().isEmpty()).toList())
                .build());
    }

    private static Topic moving(TopicState topic, IntStream partitions) {
        return new Topic(
                topic.name(),
                partitions
                        .mapToObj(partition -> new Topic.Partition(
                                partition,
                                topic.replicas(partition),
                                topic.addingReplicas(partition),
                                topic.removingReplicas(partition)))
                        .toList());
    }
}
