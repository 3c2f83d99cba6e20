package io.millrace.broker.lag;

import io.millrace.broker.metrics.JsonText;
import io.millrace.protocol.TopicPartition;
import java.util.List;

/**
 * Where all groups of this broker stood at one moment. Immutable.
 *
 * @param atMs milliseconds since 1970
 */
public record LagReport(long atMs, List<OfGroup> groups) {
    static final LagReport NONE = new LagReport(0, List.of());

    /** One group. */
    public record OfGroup(String group, String state, int members, Verdict verdict, List<OfPartition> partitions) {
        public long records() {
            return partitions.stream().mapToLong(OfPartition::records).sum();
        }
    }

    /**
     * One group in one partition.
     *
     * @param end offset up to which there is something to consume, as its leader told last; -1 if none ever told
     * @param records how many there are still to consume; 0 where the end is not known
     * @param ageMs for how long the first of them has been there
     */
    public record OfPartition(
            String group, TopicPartition id, long committed, long end, long records, long ageMs, Verdict verdict) {
        double seconds() {
            return ageMs / 1000.0;
        }
    }

    List<OfPartition> partitions() {
        return groups.stream().flatMap(group -> group.partitions().stream()).toList();
    }

    /** As it is served at {@code /lag}. */
    public String json() {
        JsonText json = new JsonText()
                .open('{')
                .name("timestampMs")
                .value(atMs)
                .name("groups")
                .open('[');
        for (OfGroup group : groups) {
            json.open('{')
                    .name("group")
                    .value(group.group())
                    .name("state")
                    .value(group.state())
                    .name("members")
                    .value(group.members())
                    .name("verdict")
                    .value(group.verdict().name())
                    .name("lag")
                    .value(group.records())
                    .name("partitions")
                    .open('[');
            group.partitions().forEach(partition -> write(json, partition));
            json.close(']').close('}');
        }
        return json.close(']').close('}').toString();
    }

    private static void write(JsonText json, OfPartition partition) {
        json.open('{')
                .name("topic")
                .value(partition.id().topic())
                .name("partition")
                .value(partition.id().partition())
                .name("committed")
                .value(partition.committed())
                .name("end")
                .value(partition.end())
                .name("lag")
                .value(partition.records())
                .name("lagMs")
                .value(partition.ageMs())
                .name("verdict")
                .value(partition.verdict().name())
                .close('}');
    }
}
