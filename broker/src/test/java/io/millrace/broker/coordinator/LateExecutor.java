package io.millrace.broker.coordinator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;

/** Runs what it is given when the test says so, on the test's thread. */
public final class LateExecutor implements Executor {
    private final Deque<Runnable> tasks = new ArrayDeque<>();

    private int given;

    @Override
    public void execute(Runnable task) {
        given++;
        tasks.add(task);
    }

    /** How many tasks there were in all. */
    public int given() {
        return given;
    }

    public void runAll() {
        while (!tasks.isEmpty()) {
            tasks.poll().run();
        }
    }
}
