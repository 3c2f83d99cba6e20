package io.millrace.broker.coordinator;

import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs what it is given when the test says so, on the test's thread. */
public final class LateExecutor implements Executor {
    private final Deque<Runnable> tasks = new ConcurrentLinkedDeque<>();

    private final AtomicInteger given = new AtomicInteger();

    @Override
    public void execute(Runnable task) {
        given.incrementAndGet();
        tasks.add(task);
    }

    /** How many tasks there were in all. */
    public int given() {
        return given.get();
    }

    public void runAll() {
        while (!tasks.isEmpty()) {
            tasks.poll().run();
        }
    }
}
