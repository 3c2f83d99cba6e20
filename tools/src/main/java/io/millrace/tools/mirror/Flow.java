package io.millrace.tools.mirror;

/**
 * How much may be under way at a time, and per second.
 *
 * <p>Threading: the I/O thread.
 */
final class Flow {
    private static final long SECOND_NS = 1_000_000_000;

    /** A fetch that gets less than this is not worth its way. */
    private static final int LEAST_FETCH = 256 << 10;

    private final long bufferBytes;
    private final long bytesPerSecond;
    private long underWay;
    private long freeAtNs = System.nanoTime();

    Flow(long bufferBytes, long bytesPerSecond) {
        this.bufferBytes = bufferBytes;
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Bytes that may be fetched now, at most so many; 0 if it is better to wait. */
    int take(int most, long nowNs) {
        if (nowNs - freeAtNs < 0) {
            return 0;
        }
        long free = Math.min(bufferBytes - underWay, Math.max(LEAST_FETCH, bytesPerSecond / 4));
        int bytes = (int) Math.min(most, free);
        if (bytes < Math.min(most, LEAST_FETCH)) {
            return 0;
        }
        underWay += bytes;
        return bytes;
    }

    /** What was taken turned out to be so much. */
    void settle(int taken, long real, long nowNs) {
        underWay += real - taken;
        if (bytesPerSecond < Long.MAX_VALUE) {
            freeAtNs = Math.max(freeAtNs, nowNs) + (long) (real * (double) SECOND_NS / bytesPerSecond);
        }
    }

    void give(long bytes) {
        underWay -= bytes;
    }

    /** When the bandwidth lets the next fetch go. */
    long freeAtNs() {
        return freeAtNs;
    }

    long underWay() {
        return underWay;
    }
}
