package io.millrace.client.net;

import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;

/**
 * The thread that owns a client's state: its sockets, its timers, and whatever the client keeps.
 *
 * <p>What runs on it must not wait. Threading: any.
 */
public final class IoThread {
    private final EventLoop loop;

    IoThread(EventLoop loop) {
        this.loop = loop;
    }

    /** Whether the caller is this thread. */
    public boolean isCurrent() {
        return loop.inEventLoop();
    }

    /** Runs the task on this thread, later; false if it has stopped and the task will never run. */
    public boolean execute(Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Runs the task at once if the caller is this thread, and as {@link #execute} otherwise. */
    public boolean run(Runnable task) {
        if (loop.inEventLoop()) {
            task.run();
            return true;
        }
        return execute(task);
    }

    /** A timer whose action runs on this thread; it must be set on this thread, too. */
    public IoTimer timer(Runnable action) {
        return new IoTimer(loop, action);
    }

    /**
     * Refuses to be called by this thread, which would wait for itself.
     *
     * @param what the call that waits, for the message
     */
    public void refuseToWait(String what) {
        if (loop.inEventLoop()) {
            throw new IllegalStateException(
                    what + " waits, and was called in a callback on the I/O thread, which it would"
                            + " wait for; call it from a thread of your own");
        }
    }

    EventLoop loop() {
        return loop;
    }
}
