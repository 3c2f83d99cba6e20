package io.millrace.broker.log;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;

/**
 * Where a log begins and ends: start <= high watermark <= end.
 *
 * <p>Threading: start and end are changed under the log's lock, which may be held while the disk is written to; the high
 * watermark moves without it, since event loops move it. What changes both is guarded by this. Read from any thread.
 */
final class LogOffsets {
    private final TopicPartition partition;
    private volatile long start;
    private volatile LogEnd end; // written last: who sees it also sees the bytes below it
    private volatile LogEnd highWatermark;

    /** @param highWatermark as far as it is known; brought within start and end */
    LogOffsets(TopicPartition partition, long start, LogEnd end, long highWatermark) {
        this.partition = partition;
        this.start = start;
        this.end = end;
        long within = Math.min(Math.max(highWatermark, start), end.offset());
        this.highWatermark = within == end.offset() ? end : LogEnd.at(within);
    }

    long start() {
        return start;
    }

    LogEnd end() {
        return end;
    }

    long endOffset() {
        return end.offset();
    }

    long highWatermark() {
        return highWatermark.offset();
    }

    /** An offset with its position, if it is the end or the high watermark; the end for any that is above it. */
    LogEnd bound(long offset) {
        LogEnd now = end;
        if (offset >= now.offset()) {
            return now;
        }
        LogEnd watermark = highWatermark;
        return offset == watermark.offset() ? watermark : LogEnd.at(offset);
    }

    /** Throws OFFSET_OUT_OF_RANGE for an offset below the start or above a limit, the end or less. */
    void requireWithin(long offset, long limit) {
        if (offset < start || offset > limit) {
            throw new ApiException(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    "Offset " + offset + " of " + partition + " is outside of " + start + ".." + limit);
        }
    }

    synchronized void moveEnd(LogEnd newEnd) {
        end = newEnd;
        if (highWatermark.offset() > newEnd.offset()) {
            highWatermark = newEnd;
        }
    }

    /** An empty log that begins and ends there. */
    synchronized void restart(LogEnd at) {
        start = at.offset();
        highWatermark = at;
        end = at;
    }

    synchronized void raiseStart(long offset) {
        start = Math.max(start, offset);
        raiseHighWatermark(start);
    }

    /**
     * Raises the high watermark, to the end at most; one that is lower than it was is passed over.
     *
     * @return whether it moved
     */
    synchronized boolean raiseHighWatermark(long offset) {
        if (offset <= highWatermark.offset()) {
            return false;
        }
        LogEnd raised = bound(offset);
        boolean moves = raised.offset() > highWatermark.offset();
        highWatermark = raised;
        return moves;
    }

    @Override
    public String toString() {
        return start + ".." + end.offset();
    }
}
