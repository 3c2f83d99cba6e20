package io.millrace.broker.log;

import java.io.IOException;
import java.time.Clock;

/** When a log goes on in a new segment. */
final class RollPolicy {
    private final Clock clock;
    /** Spreads the segments of many partitions that began at one moment; of the partition, so that a run repeats. */
    private final int spread;

    private long activeBase = -1;
    private long activeSinceMs;

    RollPolicy(Clock clock, int spread) {
        this.clock = clock;
        this.spread = spread;
    }

    /**
     * Whether batches have to go to a new segment.
     *
     * @param bytes of the batches
     * @param lastOffset of them
     * @param timestamp the largest of them, or -1
     */
    boolean isDue(Segment active, LogConfig config, int bytes, long lastOffset, long timestamp) throws IOException {
        if (lastOffset - active.baseOffset() > Integer.MAX_VALUE) {
            return true;
        }
        if (active.size() == 0) {
            return false;
        }
        return active.size() + bytes > config.segmentBytes()
                || active.hasFullIndex(config.segmentIndexBytes())
                || ageMs(active, timestamp) > config.rollMs() - jitterMs(active, config);
    }

    /**
     * As {@link #isDue}, without looking into any file: true where that would be needed to know.
     *
     * @param active whose indexes are in memory
     * @param lastOffset at most that of the batches
     */
    boolean mayBeDue(Segment active, LogConfig config, int bytes, long lastOffset, long timestamp) {
        try {
            boolean isKnown = active.size() == 0 || active.knowsFirstTimestamp();
            return !isKnown || isDue(active, config, bytes, lastOffset, timestamp);
        } catch (IOException e) {
            return true; // whoever may wait will meet it
        }
    }

    /** Whether a segment that gets no batches has waited longer for compaction than its records may. */
    boolean isOverdue(Segment active, LogConfig config) throws IOException {
        return active.size() > 0
                && ageMs(active, clock.millis()) > config.compaction().maxLagMs();
    }

    /** By the records' own time; by the clock where they have none. */
    private long ageMs(Segment active, long timestamp) throws IOException {
        if (active.baseOffset() != activeBase) {
            activeBase = active.baseOffset();
            activeSinceMs = clock.millis();
        }
        long first = active.firstTimestamp();
        return first >= 0 && timestamp >= 0 ? timestamp - first : clock.millis() - activeSinceMs;
    }

    private long jitterMs(Segment active, LogConfig config) {
        long bound = Math.min(config.segmentJitterMs(), config.segmentMs());
        long mixed = (spread * 0x9E3779B97F4A7C15L + active.baseOffset()) * 0xBF58476D1CE4E5B9L;
        return bound == 0 ? 0 : Long.remainderUnsigned(mixed ^ (mixed >>> 31), bound);
    }
}
