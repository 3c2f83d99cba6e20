package io.millrace.tools.group;

import io.millrace.client.ClientConfig;
import io.millrace.client.admin.CommittedOffset;
import io.millrace.client.admin.GroupDescription;
import io.millrace.protocol.TopicPartition;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.Ends;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;

/** How far a group is behind in every partition that it has a position in, or a member for. */
final class PartitionLags {
    private PartitionLags() {}

    /** With ages of records, which are read for it. */
    static List<PartitionLag> withAges(Cluster cluster, GroupDescription group, ClientConfig config) {
        Map<TopicPartition, Long> behind = new HashMap<>();
        Map<TopicPartition, Long> starts = new HashMap<>();
        List<PartitionLag> plain = of(cluster, group, Map.of());
        starts.putAll(
                Ends.of(cluster, plain.stream().map(PartitionLag::partition).toList())
                        .starts());
        for (PartitionLag lag : plain) {
            OptionalLong records = lag.lag();
            if (records.isPresent() && records.getAsLong() > 0) {
                behind.put(
                        lag.partition(),
                        Math.max(lag.position().getAsLong(), starts.getOrDefault(lag.partition(), 0L)));
            }
        }
        return behind.isEmpty() ? plain : of(cluster, group, LagTimes.timestamps(config, behind));
    }

    /** @param timestamps of the records that are to be read next, as far as they are known */
    static List<PartitionLag> of(Cluster cluster, GroupDescription group, Map<TopicPartition, Long> timestamps) {
        Map<TopicPartition, CommittedOffset> positions =
                cluster.get(cluster.admin().listGroupOffsets(group.id()));
        Map<TopicPartition, String> readers = new HashMap<>();
        group.members()
                .forEach(member -> member.assignment().forEach(partition -> readers.put(partition, member.clientId())));
        TreeSet<TopicPartition> all =
                new TreeSet<>(Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition));
        all.addAll(positions.keySet());
        all.addAll(readers.keySet());
        Ends ends = Ends.of(cluster, all);
        long now = System.currentTimeMillis();
        return all.stream()
                .map(partition -> PartitionLag.of(
                        partition,
                        positions.get(partition),
                        ends.end(partition),
                        timestamps.get(partition),
                        readers.getOrDefault(partition, ""),
                        now))
                .toList();
    }
}
