package io.millrace.broker.replica;

import java.time.Clock;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread for each lane, and the machine's clocks. */
public final class RealRuntime implements ReplicaRuntime {
    private static final Logger LOG = LoggerFactory.getLogger(RealRuntime.class);

    private final Clock clock;

    public RealRuntime(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Clock clock() {
        return clock;
    }

    @Override
    public long ticksMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    @Override
    public Lane lane(String name) {
        return new ThreadLane(name);
    }

    private static final class ThreadLane implements Lane {
        private static final long CLOSE_MS = 2000;

        private final String name;
        private final ScheduledThreadPoolExecutor thread;

        ThreadLane(String name) {
            this.name = name;
            thread = new ScheduledThreadPoolExecutor(1, task -> {
                Thread made = new Thread(task, name);
                made.setDaemon(true);
                return made;
            });
            thread.setRemoveOnCancelPolicy(true);
            thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        }

        @Override
        public void execute(Runnable task) {
            try {
                thread.execute(guarded(task));
            } catch (RejectedExecutionException e) {
                LOG.debug("{} is closed: a task is left out", name);
            }
        }

        @Override
        public Runnable after(long delayMs, Runnable task) {
            try {
                var scheduled = thread.schedule(guarded(task), delayMs, TimeUnit.MILLISECONDS);
                return () -> scheduled.cancel(false);
            } catch (RejectedExecutionException e) {
                LOG.debug("{} is closed: a task is left out", name);
                return () -> {};
            }
        }

        /** A defect in one task must not keep the lane from the next. */
        private Runnable guarded(Runnable task) {
            return () -> {
                try {
                    task.run();
                } catch (RuntimeException | Error e) {
                    LOG.error("A task failed in {}", name, e);
                }
            };
        }

        @Override
        public void close() {
            thread.shutdown();
            try {
                if (!thread.awaitTermination(CLOSE_MS, TimeUnit.MILLISECONDS)) {
                    LOG.warn("{} is still at work", name);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
