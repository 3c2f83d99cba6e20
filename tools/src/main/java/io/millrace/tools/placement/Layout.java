package io.millrace.tools.placement;

import io.millrace.client.admin.ClusterDescription;
import io.millrace.client.admin.TopicDescription;
import io.millrace.protocol.TopicPartition;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.Replicas;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Who has what at one moment.
 *
 * @param racks by the id of each broker that is up; empty texts where none is known
 * @param partitions in order of topics and numbers
 */
public record Layout(Map<Integer, String> racks, List<Placed> partitions) {
    public Layout {
        racks = new TreeMap<>(racks);
        partitions = List.copyOf(partitions);
    }

    /**
     * A partition and who has it.
     *
     * @param bytes of one replica; zero if nobody told
     */
    public record Placed(
            TopicPartition partition, OptionalInt leader, List<Integer> replicas, List<Integer> inSync, long bytes) {}

    /** What each broker has. */
    public record Load(int broker, int leaders, int replicas, long bytes) {}

    /** Of these topics; of all if none is named. */
    public static Layout of(Cluster cluster, Collection<String> topics) {
        ClusterDescription described = cluster.get(cluster.admin().describeCluster());
        Map<Integer, String> racks = new TreeMap<>();
        described.nodes().forEach(node -> racks.put(node.id(), node.rack().orElse("")));
        Collection<String> names = topics.isEmpty() ? cluster.topics().keySet() : topics;
        List<TopicDescription> all = names.isEmpty() ? List.of() : cluster.describe(names);
        Replicas replicas = Replicas.of(cluster, racks.keySet());
        List<Placed> partitions = new ArrayList<>();
        for (TopicDescription topic : all) {
            for (TopicDescription.Partition partition : topic.partitions()) {
                TopicPartition key = new TopicPartition(topic.name(), partition.number());
                partitions.add(new Placed(
                        key,
                        partition.leader(),
                        partition.replicas(),
                        partition.isr(),
                        replicas.bytes(key).orElse(0)));
            }
        }
        return new Layout(racks, partitions);
    }

    public Optional<Placed> find(TopicPartition partition) {
        return partitions.stream()
                .filter(placed -> placed.partition().equals(partition))
                .findFirst();
    }

    /** What each broker that is up has; who leads is who is preferred, as it is when all is well. */
    public List<Load> loads() {
        return loads(Map.of());
    }

    /** The same after some moves. */
    public List<Load> loads(Map<TopicPartition, List<Integer>> moved) {
        Map<Integer, int[]> counts = new TreeMap<>();
        Map<Integer, Long> bytes = new LinkedHashMap<>();
        racks.keySet().forEach(broker -> counts.put(broker, new int[2]));
        for (Placed placed : partitions) {
            List<Integer> replicas = moved.getOrDefault(placed.partition(), placed.replicas());
            for (int i = 0; i < replicas.size(); i++) {
                int[] count = counts.get(replicas.get(i));
                if (count != null) {
                    count[0] += i == 0 ? 1 : 0;
                    count[1]++;
                    bytes.merge(replicas.get(i), placed.bytes(), Long::sum);
                }
            }
        }
        return counts.entrySet().stream()
                .map(entry -> new Load(
                        entry.getKey(),
                        entry.getValue()[0],
                        entry.getValue()[1],
                        bytes.getOrDefault(entry.getKey(), 0L)))
                .toList();
    }
}
