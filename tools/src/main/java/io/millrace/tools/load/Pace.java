package io.millrace.tools.load;

import java.util.concurrent.locks.LockSupport;

/**
 * When each record is due, at a rate that nothing slows down: who is late has to catch up, and lateness counts as latency.
 *
 * @param startNs of {@link System#nanoTime}
 * @param perSecond 0 for as fast as possible
 */
record Pace(long startNs, double perSecond) {
    private static final double NS = 1e9;

    /** Shorter waits take longer than they say. */
    private static final long LEAST_WAIT_NS = 50_000;

    /** The moment at which a record is due. */
    long dueNs(long number) {
        return perSecond <= 0 ? startNs : startNs + (long) (number * NS / perSecond);
    }

    /** Waits until a record is due, and says when that was; without a rate, now. */
    long await(long number) {
        if (perSecond <= 0) {
            return System.nanoTime();
        }
        long due = dueNs(number);
        long wait = due - System.nanoTime();
        while (wait > LEAST_WAIT_NS) {
            LockSupport.parkNanos(wait);
            wait = due - System.nanoTime();
        }
        while (wait > 0) {
            Thread.onSpinWait();
            wait = due - System.nanoTime();
        }
        return due;
    }
}
