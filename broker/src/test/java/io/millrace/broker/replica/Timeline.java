package io.millrace.broker.replica;

import java.time.Clock;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;

/** A lane whose time a test moves; what is not timed runs at once. */
final class Timeline implements ReplicaRuntime, ReplicaRuntime.Lane {
    private record Due(long atMs, Runnable task) {}

    private final Queue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::atMs));
    private long nowMs = 1000;

    void advance(long ms) {
        long until = nowMs + ms;
        while (!due.isEmpty() && due.peek().atMs() <= until) {
            Due next = due.poll();
            nowMs = next.atMs();
            next.task().run();
        }
        nowMs = until;
    }

    @Override
    public Runnable after(long delayMs, Runnable task) {
        Due next = new Due(nowMs + delayMs, task);
        due.add(next);
        return () -> due.remove(next);
    }

    @Override
    public void execute(Runnable task) {
        task.run();
    }

    @Override
    public Clock clock() {
        return Clock.systemUTC();
    }

    @Override
    public long ticksMs() {
        return nowMs;
    }

    @Override
    public Lane lane(String name) {
        return this;
    }

    @Override
    public void close() {}
}
