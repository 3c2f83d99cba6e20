package io.millrace.broker.api.data;

import java.util.concurrent.TimeUnit;

/**
 * Whether the disk takes appends without delay. After one that took long (the system makes writers wait when too much is
 * unwritten), none is done on an event loop for a while: workers may wait, the loops' other connections should not.
 *
 * <p>Threading: any.
 */
final class DiskPace {
    private static final long LONG_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long REST_NS = TimeUnit.SECONDS.toNanos(2);

    private volatile boolean delayed;
    private volatile long restEndsAt;

    boolean isSteady() {
        if (delayed && System.nanoTime() - restEndsAt >= 0) {
            delayed = false;
        }
        return !delayed;
    }

    /** Notes how long the appends of one request took, in nanoseconds. */
    void took(long nanos) {
        if (nanos > LONG_NS) {
            restEndsAt = System.nanoTime() + REST_NS;
            delayed = true;
        }
    }
}
