package io.millrace.broker.log;

import java.io.IOException;
import java.util.List;

/** Which segments of a log may go: always some of the oldest, never anything past the high watermark. */
final class Retention {
    private final LogConfig config;
    private final long nowMs;

    Retention(LogConfig config, long nowMs) {
        this.config = config;
        this.nowMs = nowMs;
    }

    /**
     * How many of the oldest segments may go.
     *
     * @param startOffset of the log: what lies below has been deleted already
     * @param highWatermark of the log; what ends above it stays
     * @param endOffset of the log
     */
    int expired(List<Segment> segments, long startOffset, long highWatermark, long endOffset) throws IOException {
        long bytes = segments.stream().mapToLong(Segment::size).sum();
        int count = 0;
        for (Segment segment : segments) {
            boolean last = count == segments.size() - 1;
            long nextBase = last ? endOffset : segments.get(count + 1).baseOffset();
            boolean emptyActive = last && segment.size() == 0;
            if (nextBase > highWatermark || emptyActive || !mayGo(segment, bytes, !last && nextBase <= startOffset)) {
                break;
            }
            bytes -= segment.size();
            count++;
        }
        return count;
    }

    private boolean mayGo(Segment segment, long bytesFromHere, boolean isBelowStart) throws IOException {
        return isBelowStart || (config.isDeleting() && (isTooOld(segment) || isTooMuch(segment, bytesFromHere)));
    }

    private boolean isTooMuch(Segment segment, long bytesFromHere) {
        return config.retentionBytes() >= 0 && bytesFromHere - segment.size() >= config.retentionBytes();
    }

    private boolean isTooOld(Segment segment) throws IOException {
        if (config.retentionMs() < 0) {
            return false;
        }
        return nowMs - SegmentAge.newest(segment) > config.retentionMs();
    }
}
