package io.millrace.broker.api.admin;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.log.Log;
import io.millrace.broker.log.Logs;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.DescribeLogDirsRequest;
import io.millrace.protocol.message.DescribeLogDirsResponse;
import io.millrace.protocol.message.DescribeLogDirsResponse.Result;
import io.millrace.protocol.message.DescribeLogDirsResponse.Result.Topic;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/**
 * DescribeLogDirs, key 35, versions 0-5: sizes of the replicas here, by log directory; and of the copies that are on
 * their way into another one.
 */
public final class DescribeLogDirsHandler implements RequestHandler<DescribeLogDirsRequest, DescribeLogDirsResponse> {
    private final Logs logs;

    public DescribeLogDirsHandler(Logs logs) {
        this.logs = logs;
    }

    @Override
    public CompletionStage<DescribeLogDirsResponse> handle(RequestContext context, DescribeLogDirsRequest request) {
        Predicate<TopicPartition> asked = asked(request);
        List<Result> results = new ArrayList<>();
        for (Logs.DirectoryStatus directory : logs.directories()) {
            Map<String, List<Topic.Partition>> byTopic = new TreeMap<>();
            for (Log log : directory.logs()) {
                TopicPartition id = log.topicPartition();
                if (asked.test(id)) {
                    byTopic.computeIfAbsent(id.topic(), topic -> new ArrayList<>())
                            .add(Topic.Partition.builder()
                                    .partitionIndex(id.partition())
                                    .partitionSize(log.sizeInBytes())
                                    .build());
                }
            }
            for (Logs.Arriving copy : directory.arriving()) {
                if (asked.test(copy.partition())) {
                    byTopic.computeIfAbsent(copy.partition().topic(), topic -> new ArrayList<>())
                            .add(Topic.Partition.builder()
                                    .partitionIndex(copy.partition().partition())
                                    .partitionSize(copy.sizeInBytes())
                                    .offsetLag(copy.offsetLag())
                                    .isFutureKey(true)
                                    .build());
                }
            }
            List<Topic> topics = new ArrayList<>();
            byTopic.forEach((name, partitions) -> topics.add(new Topic(name, partitions)));
            results.add(Result.builder()
                    .errorCode(directory.isOnline() ? ErrorCode.NONE : ErrorCode.KAFKA_STORAGE_ERROR)
                    .logDir(directory.path().toString())
                    .topics(topics)
                    .totalBytes(directory.totalBytes())
                    .usableBytes(directory.usableBytes())
                    .build());
        }
        return CompletableFuture.completedFuture(
                DescribeLogDirsResponse.builder().results(results).build());
    }

    private static Predicate<TopicPartition> asked(DescribeLogDirsRequest request) {
        if (request.topics() == null) {
            return id -> true;
        }
        Set<TopicPartition> named = new HashSet<>();
        request.topics()
                .forEach(topic -> topic.partitions().forEach(p -> named.add(new TopicPartition(topic.topic(), p))));
        return named::contains;
    }
}
