package io.millrace.client.consumer;

import java.time.Duration;

/**
 * Whether the application still polls.
 *
 * <p>Threading: the application's thread writes, the I/O thread reads.
 */
final class PollWatch {
    private volatile boolean inside;
    private volatile boolean onDemand;
    private volatile long lastNs = System.nanoTime();

    /** It polls when there is something to read and somebody wants it: never late. */
    void becomesOnDemand() {
        onDemand = true;
    }

    boolean isOnDemand() {
        return onDemand;
    }

    void begins() {
        inside = true;
    }

    void ends() {
        lastNs = System.nanoTime();
        inside = false;
    }

    boolean isOverdue(Duration atMost) {
        return !inside && !onDemand && System.nanoTime() - lastNs > atMost.toNanos();
    }
}
