package io.millrace.broker.coordinator;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Time that never jumps, and a way to be called later. Any thread. */
public interface Scheduler {

    /** A call that is still to come. */
    @FunctionalInterface
    interface Timeout {
        /** Does nothing if the call has begun. */
        void cancel();
    }

    /** Milliseconds since some fixed moment. */
    long nowMs();

    /** Calls after a delay, on a thread that many share: the task only hands work on. */
    Timeout after(long delayMs, Runnable task);

    /** A scheduler over an executor, which stays the caller's. */
    static Scheduler on(ScheduledExecutorService executor) {
        return new Scheduler() {
            @Override
            public long nowMs() {
                return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
            }

            @Override
            public Timeout after(long delayMs, Runnable task) {
                ScheduledFuture<?> call = executor.schedule(task, delayMs, TimeUnit.MILLISECONDS);
                return () -> call.cancel(false);
            }
        };
    }
}
