package io.millrace.broker.log;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Background work that waits until a test runs it, on the test's thread. Periodic tasks are noted and never run. */
final class ManualBackground extends ScheduledThreadPoolExecutor {
    private final ManualClock clock;
    private final List<Waiting> waiting = new ArrayList<>();
    private int periodic;

    ManualBackground(ManualClock clock) {
        super(0);
        this.clock = clock;
    }

    /** Runs everything whose time has come. */
    void runDue() {
        List<Waiting> due = new ArrayList<>();
        synchronized (waiting) {
            waiting.removeIf(task -> task.atMs <= clock.millis() && due.add(task));
        }
        due.forEach(FutureTask::run);
    }

    int periodicTasks() {
        return periodic;
    }

    @Override
    public void execute(Runnable task) {
        enqueue(task, 0);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return enqueue(task, unit.toMillis(delay));
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initialDelay, long delay, TimeUnit unit) {
        periodic++;
        return new Waiting(task, Long.MAX_VALUE);
    }

    private Waiting enqueue(Runnable task, long delayMs) {
        Waiting queued = new Waiting(task, clock.millis() + delayMs);
        synchronized (waiting) {
            waiting.add(queued);
        }
        return queued;
    }

    private static final class Waiting extends FutureTask<Void> implements RunnableScheduledFuture<Void> {
        private final long atMs;

        Waiting(Runnable task, long atMs) {
            super(task, null);
            this.atMs = atMs;
        }

        @Override
        public boolean isPeriodic() {
            return false;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(atMs, TimeUnit.MILLISECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.MILLISECONDS), other.getDelay(TimeUnit.MILLISECONDS));
        }
    }
}
