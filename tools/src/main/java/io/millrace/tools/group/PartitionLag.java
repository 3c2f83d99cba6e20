package io.millrace.tools.group;

import io.millrace.client.admin.CommittedOffset;
import io.millrace.protocol.TopicPartition;
import java.util.List;
import java.util.OptionalLong;

/**
 * How far a group is behind in a partition.
 *
 * @param position the next offset to be read; empty if nothing was committed
 * @param end empty while there is no leader
 * @param ageMs of the record that is to be read next; zero if there is none, empty if nobody knows
 * @param client who reads it; empty if nobody does
 */
record PartitionLag(
        TopicPartition partition, OptionalLong position, OptionalLong end, OptionalLong ageMs, String client) {

    /** @param committed and {@code timestamp} may be null: there is none */
    static PartitionLag of(
            TopicPartition partition,
            CommittedOffset committed,
            OptionalLong end,
            Long timestamp,
            String client,
            long nowMs) {
        OptionalLong position = committed == null ? OptionalLong.empty() : OptionalLong.of(committed.offset());
        boolean caughtUp = position.isPresent() && end.isPresent() && position.getAsLong() >= end.getAsLong();
        OptionalLong age = caughtUp
                ? OptionalLong.of(0)
                : timestamp == null ? OptionalLong.empty() : OptionalLong.of(Math.max(0, nowMs - timestamp));
        return new PartitionLag(partition, position, end, age, client);
    }

    /**
     * The lag in time of a group as a whole: the greatest age that is known; zero if it has read everything, empty if it has not
     * and nobody knows any age.
     */
    static OptionalLong oldest(List<PartitionLag> all) {
        OptionalLong oldest = all.stream()
                .map(PartitionLag::ageMs)
                .filter(OptionalLong::isPresent)
                .mapToLong(OptionalLong::getAsLong)
                .max();
        boolean allKnown = all.stream().allMatch(lag -> lag.ageMs().isPresent());
        return allKnown || oldest.orElse(0) > 0 ? oldest : OptionalLong.empty();
    }

    /** In records. */
    OptionalLong lag() {
        return position.isPresent() && end.isPresent()
                ? OptionalLong.of(Math.max(0, end.getAsLong() - position.getAsLong()))
                : OptionalLong.empty();
    }
}
