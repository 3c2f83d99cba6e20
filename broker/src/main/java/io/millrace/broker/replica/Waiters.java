package io.millrace.broker.replica;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Those who wait for a partition to change: for more records below the high watermark, or for its end.
 *
 * <p>Bounded by the requests that may be in flight: each waits once. Threading: any thread; {@link #wake} is called with
 * no lock held, and a waiter must only schedule.
 */
final class Waiters {
    private final Set<Runnable> waiting = new LinkedHashSet<>(); // guarded by this; in the order in which they came
    private volatile boolean any;

    synchronized void add(Runnable waiter) {
        waiting.add(waiter);
        any = true;
    }

    synchronized void remove(Runnable waiter) {
        waiting.remove(waiter);
        any = !waiting.isEmpty();
    }

    synchronized int size() {
        return waiting.size();
    }

    /** Tells all of them; they stay until they are removed. */
    void wake() {
        if (any) {
            for (Runnable waiter : all()) {
                waiter.run();
            }
        }
    }

    private synchronized Runnable[] all() {
        return waiting.toArray(Runnable[]::new);
    }
}
