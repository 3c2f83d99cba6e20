package io.millrace.broker.log;

/**
 * The stretch at a log's end that was written so lately that the system still has it in its page cache: the last few
 * megabytes, if they are seconds old. A guess on the safe side; what is not recent may be in memory as well.
 *
 * <p>Threading: one writer, any number of readers.
 */
final class RecentTail {
    private static final long STEP_BYTES = 8 << 20;
    private static final long STEP_MS = 10_000;
    private static final long RECENT_MS = 30_000;

    private long nextFrom = Long.MAX_VALUE;
    private long stepBytes;
    private long stepBeganMs;
    private volatile long from = Long.MAX_VALUE;
    private volatile long lastAppendMs = Long.MIN_VALUE;

    /** Notes an append. What is recent begins between one step and two steps behind it. */
    void appended(long baseOffset, int bytes, long nowMs) {
        boolean first = nextFrom == Long.MAX_VALUE;
        if (first || stepBytes >= STEP_BYTES || nowMs - stepBeganMs >= STEP_MS) {
            from = first ? baseOffset : nextFrom;
            nextFrom = baseOffset;
            stepBytes = 0;
            stepBeganMs = nowMs;
        }
        stepBytes += bytes;
        lastAppendMs = nowMs;
    }

    boolean contains(long offset, long nowMs) {
        return offset >= from && nowMs - lastAppendMs < RECENT_MS;
    }
}
