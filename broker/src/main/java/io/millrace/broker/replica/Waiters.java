package io.millrace.broker.replica;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Those who wait for a partition to change: for more records below the high watermark, or for its end.
 *
 * <p>Bounded by the requests that may be in flight: each waits once. Threading: any thread; {@link #wake} is called with
 * no lock held, and a waiter must only schedule.
 */
final class Waiters {
    private final Set<Runnable> waiting = ConcurrentHashMap.newKeySet();

    void add(Runnable waiter) {
        waiting.add(waiter);
    }

    void remove(Runnable waiter) {
        waiting.remove(waiter);
    }

    /** Tells all of them; they stay until they are removed. */
    void wake() {
        if (!waiting.isEmpty()) {
            waiting.forEach(Runnable::run);
        }
    }
}
