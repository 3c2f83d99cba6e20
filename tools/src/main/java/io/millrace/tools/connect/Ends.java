package io.millrace.tools.connect;

import io.millrace.client.admin.ItemResult;
import io.millrace.client.admin.ListedOffset;
import io.millrace.client.admin.OffsetAt;
import io.millrace.protocol.TopicPartition;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/** Where partitions begin and end: the log start offset, and the offset of the next record. */
public record Ends(Map<TopicPartition, Long> starts, Map<TopicPartition, Long> ends) {

    /** Partitions without a leader have none. */
    public static Ends of(Cluster cluster, Collection<TopicPartition> partitions) {
        return new Ends(
                offsets(cluster, partitions, OffsetAt.earliest()), offsets(cluster, partitions, OffsetAt.latest()));
    }

    /** The offsets at a time; none for a partition whose records are all older, or that has no leader. */
    public static Map<TopicPartition, Long> offsets(
            Cluster cluster, Collection<TopicPartition> partitions, OffsetAt at) {
        Map<TopicPartition, OffsetAt> asked = new LinkedHashMap<>();
        partitions.forEach(partition -> asked.put(partition, at));
        Map<TopicPartition, ItemResult<ListedOffset>> told =
                asked.isEmpty() ? Map.of() : cluster.await(cluster.admin().listOffsets(asked));
        Map<TopicPartition, Long> offsets = new LinkedHashMap<>();
        told.forEach((partition, result) -> result.value()
                .map(ListedOffset::offset)
                .filter(OptionalLong::isPresent)
                .ifPresent(offset -> offsets.put(partition, offset.getAsLong())));
        return offsets;
    }

    public OptionalLong start(TopicPartition partition) {
        return find(starts, partition);
    }

    public OptionalLong end(TopicPartition partition) {
        return find(ends, partition);
    }

    /** How many offsets there are, those of records that were compacted away included. */
    public OptionalLong records(TopicPartition partition) {
        OptionalLong start = start(partition);
        OptionalLong end = end(partition);
        return start.isPresent() && end.isPresent()
                ? OptionalLong.of(end.getAsLong() - start.getAsLong())
                : OptionalLong.empty();
    }

    private static OptionalLong find(Map<TopicPartition, Long> offsets, TopicPartition partition) {
        Long found = offsets.get(partition);
        return found == null ? OptionalLong.empty() : OptionalLong.of(found);
    }
}
