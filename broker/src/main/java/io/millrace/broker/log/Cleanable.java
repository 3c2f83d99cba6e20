package io.millrace.broker.log;

import java.util.List;

/**
 * What compaction can do for a log at a moment.
 *
 * @param segments that may be rewritten, ascending: all but the active one, those past the high watermark or
 *     not on disk yet, and those too young
 * @param from the first offset whose key has not been looked at
 * @param to behind the last offset of the segments
 * @param cleanBytes of the segments in front of {@code from}
 * @param dirtyBytes of the others
 * @param overdue whether a record waits longer than it may, or a tombstone's time is over
 * @param lateMs for how long a record has waited longer than it may, 0 if none has
 * @param changes to the log's end so far, see {@link LogCompaction#replace}
 */
record Cleanable(
        List<Segment> segments,
        long from,
        long to,
        long cleanBytes,
        long dirtyBytes,
        boolean overdue,
        long lateMs,
        int changes) {

    /** Share of the bytes that is new since the last compaction. */
    double dirtyRatio() {
        return dirtyBytes == 0 ? 0 : (double) dirtyBytes / (cleanBytes + dirtyBytes);
    }

    /** Whether compaction is worth its while. */
    boolean isDue(double minDirtyRatio) {
        return !segments.isEmpty() && (overdue || (dirtyBytes > 0 && dirtyRatio() >= minDirtyRatio));
    }

    /** The offset behind a segment. */
    long endOf(int segment) {
        return segment + 1 < segments.size() ? segments.get(segment + 1).baseOffset() : to;
    }
}
