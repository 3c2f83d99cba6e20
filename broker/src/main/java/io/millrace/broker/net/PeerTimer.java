package io.millrace.broker.net;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Runs an action at the earliest of the times that it was told; whoever it runs tells it the next one. So requests that
 * are answered in time cost it nothing.
 *
 * <p>Threading: the event loop that it is given.
 */
final class PeerTimer {
    private final EventExecutor loop;
    private final Runnable action;

    /** The next run, or null if there is none. */
    private Future<?> next;

    private long nextNs;

    PeerTimer(EventExecutor loop, Runnable action) {
        this.loop = loop;
        this.action = action;
    }

    /** Has the action run then at the latest, in {@link System#nanoTime}. */
    void runBy(long timeNs) {
        if (next != null && nextNs - timeNs <= 0) {
            return;
        }
        cancel();
        nextNs = timeNs;
        next = loop.schedule(this::run, Math.max(0, timeNs - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    private void run() {
        next = null;
        action.run();
    }

    void cancel() {
        if (next != null) {
            next.cancel(false);
            next = null;
        }
    }
}
