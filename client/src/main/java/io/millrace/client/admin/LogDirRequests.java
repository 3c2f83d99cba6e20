package io.millrace.client.admin;

import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.AlterReplicaLogDirsRequest;
import io.millrace.protocol.message.AlterReplicaLogDirsResponse;
import io.millrace.protocol.message.DescribeLogDirsRequest;
import io.millrace.protocol.message.DescribeLogDirsResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** DescribeLogDirs and AlterReplicaLogDirs, at the brokers that have the directories (KIP-113). Threading: any. */
final class LogDirRequests {
    private final AdminCalls calls;

    LogDirRequests(AdminCalls calls) {
        this.calls = calls;
    }

    CompletionStage<Map<Integer, ItemResult<Map<String, ItemResult<LogDir>>>>> describe(Collection<Integer> brokers) {
        DescribeLogDirsRequest all =
                DescribeLogDirsRequest.builder().topics(null).build();
        return calls.each(brokers, calls.named(broker -> broker), (broker, items, turn) -> calls.call(broker, all, turn)
                .thenApply(answer -> Map.of(broker, described(broker, answer))));
    }

    private static ItemResult<Map<String, ItemResult<LogDir>>> described(int broker, DescribeLogDirsResponse answer) {
        Map<String, ItemResult<LogDir>> directories = new LinkedHashMap<>();
        for (DescribeLogDirsResponse.Result told : answer.results()) {
            directories.put(
                    told.logDir(),
                    Joined.result(
                            told.errorCode(),
                            null,
                            "Log directory " + told.logDir() + " of broker " + broker + " cannot be described",
                            () -> directory(told)));
        }
        return Joined.result(
                answer.errorCode(),
                null,
                "The log directories of broker " + broker + " cannot be described",
                () -> Collections.unmodifiableMap(directories));
    }

    private static LogDir directory(DescribeLogDirsResponse.Result told) {
        Map<TopicPartition, LogDir.Replica> replicas = new LinkedHashMap<>();
        Map<TopicPartition, LogDir.Replica> incoming = new LinkedHashMap<>();
        told.topics().forEach(topic -> topic.partitions()
                .forEach(partition -> (partition.isFutureKey() ? incoming : replicas)
                        .put(
                                new TopicPartition(topic.name(), partition.partitionIndex()),
                                new LogDir.Replica(partition.partitionSize(), partition.offsetLag()))));
        return new LogDir(
                told.logDir(),
                known(told.totalBytes()),
                known(told.usableBytes()),
                told.isCordoned(),
                replicas,
                incoming);
    }

    private static OptionalLong known(long bytes) {
        return bytes < 0 ? OptionalLong.empty() : OptionalLong.of(bytes);
    }

    CompletionStage<Map<BrokerReplica, ItemResult<Done>>> alter(Map<BrokerReplica, String> paths) {
        Map<BrokerReplica, String> wanted = Map.copyOf(paths);
        return calls.each(paths.keySet(), calls.named(BrokerReplica::broker), (broker, replicas, turn) -> calls.call(
                        broker, new AlterReplicaLogDirsRequest(directories(replicas, wanted)), turn)
                .thenApply(answer -> altered(broker, answer)));
    }

    private static List<AlterReplicaLogDirsRequest.Dir> directories(
            Set<BrokerReplica> replicas, Map<BrokerReplica, String> wanted) {
        Map<String, List<TopicPartition>> byPath = Joined.byTopic(replicas, wanted::get, BrokerReplica::partition);
        List<AlterReplicaLogDirsRequest.Dir> directories = new ArrayList<>();
        byPath.forEach((path, partitions) -> {
            List<AlterReplicaLogDirsRequest.Dir.Topic> topics = new ArrayList<>();
            Joined.byTopic(partitions, TopicPartition::topic, TopicPartition::partition)
                    .forEach((name, numbers) -> topics.add(new AlterReplicaLogDirsRequest.Dir.Topic(name, numbers)));
            directories.add(new AlterReplicaLogDirsRequest.Dir(path, topics));
        });
        return directories;
    }

    private static Map<BrokerReplica, ItemResult<Done>> altered(int broker, AlterReplicaLogDirsResponse answer) {
        Map<BrokerReplica, ItemResult<Done>> results = new LinkedHashMap<>();
        answer.results().forEach(topic -> topic.partitions().forEach(told -> {
            TopicPartition partition = new TopicPartition(topic.topicName(), told.partitionIndex());
            BrokerReplica replica = new BrokerReplica(partition, broker);
            results.put(
                    replica, Joined.done(told.errorCode(), null, "The replica of " + replica + " stays where it is"));
        }));
        return results;
    }
}
