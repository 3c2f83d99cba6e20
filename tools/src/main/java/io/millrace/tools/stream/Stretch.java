package io.millrace.tools.stream;

import io.millrace.client.IsolationLevel;
import io.millrace.client.admin.ListedOffset;
import io.millrace.client.admin.OffsetAt;
import io.millrace.client.consumer.Position;
import io.millrace.protocol.TopicPartition;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Moment;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is to be read of each partition: where to begin, and where to end if there is an end. Ends are found when the
 * command begins, so that what is written meanwhile does not draw it out.
 *
 * @param ends the offsets behind the last wanted ones; empty to go on and on
 */
record Stretch(Map<TopicPartition, Position> starts, Optional<Map<TopicPartition, Long>> ends) {

    /** Asks the cluster. */
    static Stretch of(
            Cluster cluster,
            Collection<TopicPartition> partitions,
            Moment from,
            Optional<Moment> to,
            IsolationLevel isolation) {
        Offsets offsets = new Offsets(cluster, partitions, isolation);
        Map<TopicPartition, Position> starts = new LinkedHashMap<>();
        if (from instanceof Moment.Last || from instanceof Moment.Offset) {
            Map<TopicPartition, Long> earliest = offsets.at(OffsetAt.earliest());
            offsets.latest()
                    .forEach((partition, end) ->
                            starts.put(partition, Position.offset(within(from, earliest.get(partition), end))));
        } else {
            Position start = position(from);
            partitions.forEach(partition -> starts.put(partition, start));
        }
        return new Stretch(starts, to.map(offsets::until));
    }

    /** The offset that is meant, or the next one that there is: behind the end nothing is yet, and not everything. */
    static long within(Moment from, long start, long end) {
        long wanted = from instanceof Moment.Last last
                ? end - Math.min(end, last.records())
                : ((Moment.Offset) from).offset();
        return Math.max(start, Math.min(end, wanted));
    }

    private static Position position(Moment from) {
        if (from instanceof Moment.At at) {
            return Position.atTime(at.time());
        }
        return from instanceof Moment.Earliest ? Position.earliest() : Position.latest();
    }

    /** Look-ups, each made once. */
    private static final class Offsets {
        private final Cluster cluster;
        private final Collection<TopicPartition> partitions;
        private final IsolationLevel isolation;

        Offsets(Cluster cluster, Collection<TopicPartition> partitions, IsolationLevel isolation) {
            this.cluster = cluster;
            this.partitions = partitions;
            this.isolation = isolation;
        }

        /** Of what is asked for; without any, the end. */
        Map<TopicPartition, Long> at(OffsetAt what) {
            Map<TopicPartition, OffsetAt> asked = new LinkedHashMap<>();
            partitions.forEach(partition -> asked.put(partition, what));
            Map<TopicPartition, ListedOffset> listed =
                    cluster.getAll(cluster.admin().listOffsets(asked, isolation));
            Map<TopicPartition, Long> found = new LinkedHashMap<>();
            boolean complete =
                    listed.values().stream().allMatch(offset -> offset.offset().isPresent());
            Map<TopicPartition, Long> ends = complete || what.equals(OffsetAt.latest()) ? Map.of() : latest();
            listed.forEach((partition, offset) ->
                    found.put(partition, offset.offset().orElse(ends.getOrDefault(partition, 0L))));
            return found;
        }

        Map<TopicPartition, Long> latest() {
            return at(OffsetAt.latest());
        }

        /** The offsets to end in front of. */
        Map<TopicPartition, Long> until(Moment to) {
            if (to instanceof Moment.Offset at) {
                Map<TopicPartition, Long> ends = new LinkedHashMap<>();
                partitions.forEach(partition -> ends.put(partition, at.offset()));
                return ends;
            }
            if (to instanceof Moment.Last last) {
                Map<TopicPartition, Long> ends = new LinkedHashMap<>();
                latest().forEach((partition, end) -> ends.put(partition, Math.max(0, end - last.records())));
                return ends;
            }
            if (to instanceof Moment.At at) {
                if (at.time().isAfter(Instant.now())) {
                    throw Failure.usage("--to lies ahead (" + at.time()
                            + "); leave it away to follow, and end with Ctrl-C or --count");
                }
                return at(OffsetAt.time(at.time()));
            }
            return to instanceof Moment.Earliest ? at(OffsetAt.earliest()) : latest();
        }
    }
}
