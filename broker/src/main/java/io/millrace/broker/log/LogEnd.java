package io.millrace.broker.log;

/**
 * An offset at the end of a batch, and where in the files that is, so that a read up to it need not search.
 *
 * @param segmentBase the segment that the position is in
 * @param position behind the last byte in front of the offset; -1 if not known
 */
record LogEnd(long offset, long segmentBase, long position) {
    private static final long UNKNOWN = -1;

    static LogEnd at(long offset) {
        return new LogEnd(offset, UNKNOWN, UNKNOWN);
    }

    boolean isPositionIn(Segment segment) {
        return position != UNKNOWN && segmentBase == segment.baseOffset();
    }
}
