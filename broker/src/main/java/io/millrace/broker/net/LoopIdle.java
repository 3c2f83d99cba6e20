package io.millrace.broker.net;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Makes the threads of event loops, and tells what share of their time they were idle of late. They never wait but for
 * sockets, so that whatever they do not compute they are idle.
 *
 * <p>Threading: any thread.
 */
final class LoopIdle extends DefaultThreadFactory {
    private static final long LEAST_NANOS = 1_000_000_000L;

    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private long lookedNanos = System.nanoTime();
    private long busyNanos;
    private double idle = 1;

    LoopIdle(String name) {
        super(name);
    }

    @Override
    public Thread newThread(Runnable loop) {
        Thread thread = super.newThread(loop);
        threads.add(thread);
        return thread;
    }

    /** Between 0 and 1, since it was last asked, but over a second at least. */
    synchronized double share() {
        long now = System.nanoTime();
        if (now - lookedNanos < LEAST_NANOS || threads.isEmpty()) {
            return idle;
        }
        ThreadMXBean times = ManagementFactory.getThreadMXBean();
        long busy = 0;
        for (Thread thread : threads) {
            busy += Math.max(0, times.getThreadCpuTime(thread.getId()));
        }
        double used = (double) (busy - busyNanos) / threads.size() / (now - lookedNanos);
        idle = Math.max(0, Math.min(1, 1 - used));
        busyNanos = busy;
        lookedNanos = now;
        return idle;
    }
}
