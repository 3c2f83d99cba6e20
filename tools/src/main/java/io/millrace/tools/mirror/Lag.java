package io.millrace.tools.mirror;

import java.util.Collection;

/**
 * How far a partition's copy, or all of them, are behind.
 *
 * @param records offsets, those that compaction left empty included
 * @param bytes reckoned by the size of what was copied so far; -1 if nothing was
 * @param seconds since the time of the last record that was copied; 0 if none is missing, -1 if none was copied yet
 */
record Lag(long records, long bytes, long seconds) {

    static Lag of(PartitionCopy copy, long nowMs) {
        long end = copy.sourceEnd();
        long have = copy.copiedUpTo();
        if (end == PartitionCopy.UNKNOWN || have == PartitionCopy.UNKNOWN) {
            return new Lag(-1, -1, -1);
        }
        long records = Math.max(0, end - Math.max(have, copy.sourceStart()));
        if (records == 0) {
            return new Lag(0, 0, 0);
        }
        long bytes = copy.copiedOffsets() == 0
                ? -1
                : (long) (records * ((double) copy.copiedBytes() / copy.copiedOffsets()));
        long seconds = copy.copiedTimestamp() < 0 ? -1 : Math.max(0, (nowMs - copy.copiedTimestamp()) / 1000);
        return new Lag(records, bytes, seconds);
    }

    /** Whether both ends were heard of; else all numbers are -1. */
    boolean isKnown() {
        return records >= 0;
    }

    /** All together: the sums, and the longest time. */
    static Lag sum(Collection<Lag> all) {
        long records = 0;
        long bytes = 0;
        long seconds = 0;
        for (Lag lag : all) {
            records += Math.max(0, lag.records());
            bytes += Math.max(0, lag.bytes());
            seconds = Math.max(seconds, lag.seconds());
        }
        return new Lag(records, bytes, seconds);
    }
}
