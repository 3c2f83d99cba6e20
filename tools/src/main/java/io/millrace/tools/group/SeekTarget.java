package io.millrace.tools.group;

import io.millrace.protocol.TopicPartition;
import java.util.OptionalLong;

/** Where a position shall go. */
sealed interface SeekTarget {
    /** To the first record that there is. */
    record Earliest() implements SeekTarget {}

    /** To the next record that comes. */
    record Latest() implements SeekTarget {}

    /** To the first record at this time or later; to the end if there is none. */
    record Time(long timestampMs) implements SeekTarget {}

    /** To where the position is; to the end if there is none. */
    record Current() implements SeekTarget {}

    /** On by so many records, or back if less than zero. */
    record Shift(long records) implements SeekTarget {}

    /** To an offset. */
    record Offset(long offset) implements SeekTarget {}

    /** What is known of a partition. Empty where there is none. */
    record Known(OptionalLong position, long start, long end, OptionalLong atTime) {}

    /** A position that moves. */
    record Move(TopicPartition partition, OptionalLong from, long to, long end) {
        long lag() {
            return end - to;
        }
    }

    /** The offset, within what there is. A shift without a position begins at the start. */
    default long of(Known known) {
        long wanted;
        if (this instanceof Earliest) {
            wanted = known.start();
        } else if (this instanceof Latest) {
            wanted = known.end();
        } else if (this instanceof Time) {
            wanted = known.atTime().orElse(known.end());
        } else if (this instanceof Current) {
            wanted = known.position().orElse(known.end());
        } else if (this instanceof Shift shift) {
            wanted = known.position().orElse(known.start()) + shift.records();
        } else {
            wanted = ((Offset) this).offset();
        }
        return Math.max(known.start(), Math.min(known.end(), wanted));
    }
}
