package io.millrace.tools.group;

import io.millrace.client.admin.OffsetAt;
import io.millrace.client.admin.TopicDescription;
import io.millrace.protocol.TopicPartition;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.Ends;
import io.millrace.tools.terminal.Failure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/** The partitions whose positions are to move, and where they are now. */
final class SeekPlan {
    private static final Comparator<TopicPartition> ORDER =
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

    private final Cluster cluster;
    private final Map<TopicPartition, Long> positions;
    private final Set<TopicPartition> partitions;

    private SeekPlan(Cluster cluster, Map<TopicPartition, Long> positions, Set<TopicPartition> partitions) {
        this.cluster = cluster;
        this.positions = positions;
        this.partitions = partitions;
    }

    /** @param topics such as orders or orders:0,1; none for all that the group has positions in */
    static SeekPlan of(Cluster cluster, String group, Collection<String> topics) {
        Map<TopicPartition, Long> positions = new LinkedHashMap<>();
        cluster.get(cluster.admin().listGroupOffsets(group)).forEach((partition, position) -> {
            positions.put(partition, position.offset());
        });
        Set<TopicPartition> partitions = new TreeSet<>(ORDER);
        topics.forEach(topic -> partitions.addAll(named(cluster, topic)));
        if (topics.isEmpty()) {
            partitions.addAll(positions.keySet());
        }
        return new SeekPlan(cluster, positions, partitions);
    }

    private static List<TopicPartition> named(Cluster cluster, String text) {
        int colon = text.lastIndexOf(':');
        String topic = colon < 0 ? text : text.substring(0, colon);
        TopicDescription described = cluster.describe(List.of(topic)).get(0);
        List<TopicPartition> all = described.partitions().stream()
                .map(partition -> new TopicPartition(topic, partition.number()))
                .toList();
        if (colon < 0) {
            return all;
        }
        List<TopicPartition> some = new ArrayList<>();
        for (String number : text.substring(colon + 1).split(",")) {
            try {
                some.add(new TopicPartition(topic, Integer.parseInt(number.strip())));
            } catch (NumberFormatException e) {
                throw Failure.usage("'" + number + "' in '" + text + "' is no partition; write TOPIC or TOPIC:0,1");
            }
        }
        some.stream().filter(partition -> !all.contains(partition)).findFirst().ifPresent(missing -> {
            throw Failure.of("Topic '" + topic + "' has no partition " + missing.partition() + "; it has " + all.size()
                    + ", from 0 on");
        });
        return some;
    }

    /** The positions of now, of those that are to move. */
    Map<TopicPartition, Long> positions() {
        Map<TopicPartition, Long> known = new LinkedHashMap<>();
        partitions.stream().filter(positions::containsKey).forEach(partition -> {
            known.put(partition, positions.get(partition));
        });
        return known;
    }

    /** All to one kind of place. */
    List<SeekTarget.Move> moves(SeekTarget target) {
        Map<TopicPartition, Long> atTime = target instanceof SeekTarget.Time time
                ? Ends.offsets(cluster, partitions, OffsetAt.time(Instant.ofEpochMilli(time.timestampMs())))
                : Map.of();
        Map<TopicPartition, SeekTarget> targets = new LinkedHashMap<>();
        partitions.forEach(partition -> targets.put(partition, target));
        return moves(targets, atTime);
    }

    /** Each to its own offset. */
    List<SeekTarget.Move> moves(Map<TopicPartition, Long> offsets) {
        Map<TopicPartition, SeekTarget> targets = new LinkedHashMap<>();
        offsets.keySet().stream().sorted(ORDER).forEach(partition -> {
            targets.put(partition, new SeekTarget.Offset(offsets.get(partition)));
        });
        cluster.describe(targets.keySet().stream()
                .map(TopicPartition::topic)
                .distinct()
                .toList()); // names those that are not there
        return moves(targets, Map.of());
    }

    private List<SeekTarget.Move> moves(Map<TopicPartition, SeekTarget> targets, Map<TopicPartition, Long> atTime) {
        Ends ends = Ends.of(cluster, targets.keySet());
        List<SeekTarget.Move> moves = new ArrayList<>();
        targets.forEach((partition, target) -> {
            if (ends.end(partition).isEmpty()) {
                throw Failure.of("Partition " + partition + " has no leader now, so that its offsets are not known;"
                        + " try again, or leave it out with --topic");
            }
            OptionalLong position = find(positions, partition);
            SeekTarget.Known known = new SeekTarget.Known(
                    position,
                    ends.start(partition).orElse(0),
                    ends.end(partition).getAsLong(),
                    find(atTime, partition));
            moves.add(new SeekTarget.Move(partition, position, target.of(known), known.end()));
        });
        return moves;
    }

    private static OptionalLong find(Map<TopicPartition, Long> offsets, TopicPartition partition) {
        Long found = offsets.get(partition);
        return found == null ? OptionalLong.empty() : OptionalLong.of(found);
    }
}
