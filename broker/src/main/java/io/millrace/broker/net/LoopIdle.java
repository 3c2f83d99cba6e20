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

    private final List<Loop> loops = new CopyOnWriteArrayList<>();
    private long lookedNanos = System.nanoTime();

    LoopIdle(String name) {
        super(name);
    }

    /** One thread. */
    final class Loop {
        private final Thread thread;
        private final int number;
        private long busyNanos; // guarded by the factory, as is the next
        private double idle = 1;

        private Loop(Thread thread, int number) {
            this.thread = thread;
            this.number = number;
        }

        /** By the order in which they were made. */
        int number() {
            return number;
        }

        /** Between 0 and 1, since it was last asked, but over a second at least. */
        double share() {
            synchronized (LoopIdle.this) {
                lookAtAll();
                return idle;
            }
        }

        private void worked(long busy, long passedNanos) {
            idle = Math.max(0, Math.min(1, 1 - (double) (busy - busyNanos) / passedNanos));
            busyNanos = busy;
        }
    }

    @Override
    public synchronized Thread newThread(Runnable loop) {
        Thread thread = super.newThread(loop);
        loops.add(new Loop(thread, loops.size()));
        return thread;
    }

    /** Those that there are; they are made when they are first needed. */
    List<Loop> loops() {
        return loops;
    }

    /** Of all of them, on average. */
    synchronized double share() {
        lookAtAll();
        return loops.stream().mapToDouble(loop -> loop.idle).average().orElse(1);
    }

    private void lookAtAll() {
        long now = System.nanoTime();
        if (now - lookedNanos < LEAST_NANOS) {
            return;
        }
        ThreadMXBean times = ManagementFactory.getThreadMXBean();
        for (Loop loop : loops) {
            loop.worked(Math.max(0, times.getThreadCpuTime(loop.thread.getId())), now - lookedNanos);
        }
        lookedNanos = now;
    }
}
