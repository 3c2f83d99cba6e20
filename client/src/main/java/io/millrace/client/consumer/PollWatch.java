package io.millrace.client.consumer;

import java.time.Duration;

/**
 * Whether the application still polls.
 *
 * <p>Threading: the application's thread writes, the I/O thread reads.
 */
final class PollWatch {
    private volatile boolean inside;
    private volatile long lastNs = System.nanoTime();

    void begins() {
        inside = true;
    }

    void ends() {
        lastNs = System.nanoTime();
        inside = false;
    }

    boolean isOverdue(Duration atMost) {
        return !inside && System.nanoTime() - lastNs > atMost.toNanos();
    }
}
