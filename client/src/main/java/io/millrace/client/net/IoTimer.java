package io.millrace.client.net;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Runs an action at the earliest of the times that it was told; whoever it runs tells it the next one. So what ends in
 * time costs it nothing.
 *
 * <p>Threading: the I/O thread that made it.
 */
public final class IoTimer {
    private final EventLoop loop;
    private final Runnable action;

    /** The next run, or null if there is none. */
    private Future<?> next;

    private long nextNs;

    IoTimer(EventLoop loop, Runnable action) {
        this.loop = loop;
        this.action = action;
    }

    /** Has the action run then at the latest, in {@link System#nanoTime}. */
    public void runBy(long timeNs) {
        if (next != null && nextNs - timeNs <= 0) {
            return;
        }
        cancel();
        if (loop.isShuttingDown()) {
            return;
        }
        nextNs = timeNs;
        next = loop.schedule(this::run, Math.max(0, timeNs - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    private void run() {
        next = null;
        action.run();
    }

    public void cancel() {
        if (next != null) {
            next.cancel(false);
            next = null;
        }
    }
}
