package io.millrace.client.consumer;

import io.millrace.client.MillraceException;
import java.time.Duration;

/**
 * Sees to it that one thread at a time uses a consumer, and that nobody does once it is closed.
 *
 * <p>Threading: any, under its own monitor; only {@link #enterLast} waits.
 */
final class SingleUser {
    private long current = -1;
    private int depth;
    private long last = -1;
    private boolean closed;

    /** The caller's thread uses the consumer; once more if it does already. */
    synchronized void enter() {
        long me = Thread.currentThread().getId();
        if (depth > 0 && current != me) {
            if (closed) {
                throw MillraceException.closed("The consumer is being closed");
            }
            throw new IllegalStateException("Two threads use one consumer at the same time: this one, and thread "
                    + current + "; give each its own, or take turns");
        }
        current = me;
        last = me;
        depth++;
    }

    synchronized void leave() {
        if (--depth == 0) {
            notifyAll();
        }
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Closes it; false if it was closed before. */
    synchronized boolean close() {
        boolean first = !closed;
        closed = true;
        return first;
    }

    /** Waits until nobody else is inside, and goes in, to close; false if that takes too long. */
    synchronized boolean enterLast(Duration atMost) {
        long me = Thread.currentThread().getId();
        long deadlineNs = System.nanoTime() + atMost.toNanos();
        while (depth > 0 && current != me) {
            long leftMs = (deadlineNs - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                return false;
            }
            try {
                wait(leftMs);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // no more waiting; closing goes on
                return false;
            }
        }
        current = me;
        depth++;
        return true;
    }

    /** Whether the caller came in from outside, and not inside of a callback. */
    synchronized boolean isOutermost() {
        return depth == 1;
    }

    /** Whether no other thread can still hold what the consumer has handed out. */
    synchronized boolean isMine() {
        return last == -1 || last == Thread.currentThread().getId();
    }
}
