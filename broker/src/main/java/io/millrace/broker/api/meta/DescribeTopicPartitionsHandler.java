package io.millrace.broker.api.meta;

import io.millrace.broker.api.AuthorizedOperations;
import io.millrace.broker.api.InternalTopics;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.TopicNames;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.DescribeTopicPartitionsRequest;
import io.millrace.protocol.message.DescribeTopicPartitionsResponse;
import io.millrace.protocol.message.DescribeTopicPartitionsResponse.NextCursor;
import io.millrace.protocol.message.DescribeTopicPartitionsResponse.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** DescribeTopicPartitions, key 75, version 0: topics in order of their names, a bounded number of partitions a page. */
public final class DescribeTopicPartitionsHandler
        implements RequestHandler<DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse> {
    private static final int MAX_PARTITIONS = 2000;

    private final ClusterStore cluster;
    private final Addresses addresses;

    public DescribeTopicPartitionsHandler(ClusterStore cluster, Addresses addresses) {
        this.cluster = cluster;
        this.addresses = addresses;
    }

    @Override
    public CompletionStage<DescribeTopicPartitionsResponse> handle(
            RequestContext context, DescribeTopicPartitionsRequest request) {
        ClusterView view = cluster.view();
        TreeSet<String> names = new TreeSet<>();
        if (request.topics().isEmpty()) {
            names.addAll(view.topicNames());
        } else {
            request.topics().forEach(topic -> names.add(topic.name()));
        }
        DescribeTopicPartitionsRequest.Cursor cursor = request.cursor();
        if (cursor != null) {
            names.headSet(cursor.topicName()).clear();
        }
        int room = Math.max(1, Math.min(MAX_PARTITIONS, request.responsePartitionLimit()));
        List<Topic> described = new ArrayList<>();
        Optional<NextCursor> next = Optional.empty();
        for (String name : names) {
            Optional<TopicState> topic = view.topic(name);
            if (topic.isEmpty()) {
                described.add(unknown(name));
                continue;
            }
            int count = topic.get().partitionCount();
            int first = cursor != null && cursor.topicName().equals(name)
                    ? Math.min(count, Math.max(0, cursor.partitionIndex()))
                    : 0;
            if (room == 0) {
                next = Optional.of(new NextCursor(name, first));
                break;
            }
            int end = Math.min(count, first + room);
            described.add(describe(topic.get(), first, end, view, context));
            room -= end - first;
            if (end < count) {
                next = Optional.of(new NextCursor(name, end));
                break;
            }
        }
        return CompletableFuture.completedFuture(DescribeTopicPartitionsResponse.builder()
                .topics(described)
                .nextCursor(next.orElse(null))
                .build());
    }

    private static Topic unknown(String name) {
        return Topic.builder()
                .name(name)
                .errorCode(
                        TopicNames.isLegal(name)
                                ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                                : ErrorCode.INVALID_TOPIC_EXCEPTION)
                .build();
    }

    private Topic describe(TopicState topic, int first, int end, ClusterView view, RequestContext context) {
        List<Topic.Partition> partitions = new ArrayList<>();
        for (int p = first; p < end; p++) {
            PartitionView seen = PartitionView.of(topic, p, view, addresses, context);
            partitions.add(Topic.Partition.builder()
                    .errorCode(seen.error())
                    .partitionIndex(p)
                    .leaderId(seen.leader())
                    .leaderEpoch(seen.leaderEpoch())
                    .replicaNodes(seen.replicas())
                    .isrNodes(seen.isr())
                    .eligibleLeaderReplicas(List.of()) // none are kept; kafka-clients takes no null here
                    .lastKnownElr(List.of())
                    .offlineReplicas(seen.offline())
                    .build());
        }
        return Topic.builder()
                .name(topic.name())
                .topicId(topic.id())
                .isInternal(InternalTopics.contains(topic.name()))
                .partitions(partitions)
                .topicAuthorizedOperations(AuthorizedOperations.TOPIC)
                .build();
    }
}
