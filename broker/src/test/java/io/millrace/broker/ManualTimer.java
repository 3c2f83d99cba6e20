package io.millrace.broker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Delayed;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A timer whose time a test moves; what is due runs on the thread that moves it, what is not timed where it is told. */
public final class ManualTimer extends ScheduledThreadPoolExecutor {
    private final List<Due> waiting = new ArrayList<>();
    private final Executor untimed;
    private long nowMs;

    public ManualTimer() {
        this(Runnable::run);
    }

    /** @param untimed where tasks go that are for no time */
    public ManualTimer(Executor untimed) {
        super(0);
        this.untimed = untimed;
    }

    @Override
    public void execute(Runnable task) {
        untimed.execute(task);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        synchronized (waiting) {
            Due due = new Due(task, nowMs + unit.toMillis(delay));
            waiting.add(due);
            return due;
        }
    }

    /** Moves time on, and runs what falls into it. */
    public void advance(long ms) {
        List<Due> now = new ArrayList<>();
        synchronized (waiting) {
            nowMs += ms;
            waiting.removeIf(task -> task.atMs <= nowMs && now.add(task));
        }
        now.sort(Comparator.comparingLong(task -> task.atMs));
        now.forEach(FutureTask::run);
    }

    /** How many tasks wait that nobody has cancelled. */
    public long outstanding() {
        synchronized (waiting) {
            return waiting.stream().filter(task -> !task.isDone()).count();
        }
    }

    private static final class Due extends FutureTask<Void> implements RunnableScheduledFuture<Void> {
        private final long atMs;

        Due(Runnable task, long atMs) {
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
