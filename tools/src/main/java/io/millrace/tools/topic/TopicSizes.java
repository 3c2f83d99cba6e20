package io.millrace.tools.topic;

import io.millrace.client.admin.TopicDescription;
import io.millrace.protocol.TopicPartition;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.Replicas;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** How many bytes of records topics have, each record counted once. */
final class TopicSizes {
    static final Replicas UNKNOWN = new Replicas(Map.of(), Map.of());

    private TopicSizes() {}

    /** Asks the brokers that have these topics. */
    static Replicas replicas(Cluster cluster, Collection<TopicDescription> topics) {
        Set<Integer> brokers = new TreeSet<>();
        topics.forEach(topic -> topic.partitions().forEach(partition -> brokers.addAll(partition.replicas())));
        return brokers.isEmpty() ? UNKNOWN : Replicas.of(cluster, brokers);
    }

    /** Empty if no broker told. */
    static OptionalLong bytes(TopicDescription topic, Replicas replicas) {
        long sum = 0;
        boolean told = false;
        for (TopicDescription.Partition partition : topic.partitions()) {
            OptionalLong bytes = replicas.bytes(new TopicPartition(topic.name(), partition.number()));
            told |= bytes.isPresent();
            sum += bytes.orElse(0);
        }
        return told ? OptionalLong.of(sum) : OptionalLong.empty();
    }
}
