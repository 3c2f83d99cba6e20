package io.millrace.broker.sim;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** An executor on lanes: one for what runs in order, a new one for each task where several threads would share the work. */
final class SimExecutor extends AbstractExecutorService implements ScheduledExecutorService {
    private final SimProcess process;
    private final Supplier<SimLane> lanes;
    private boolean shutdown;

    private SimExecutor(SimProcess process, Supplier<SimLane> lanes) {
        this.process = process;
        this.lanes = lanes;
    }

    /** One thread. */
    static SimExecutor single(SimProcess process, String name) {
        SimLane lane = process.lane(name);
        return on(lane);
    }

    static SimExecutor on(SimLane lane) {
        return new SimExecutor(lane.process(), () -> lane);
    }

    /** Some threads: what they are given comes in any order. */
    static SimExecutor pool(SimProcess process, String name, int threads) {
        SimLane[] all = new SimLane[threads];
        for (int i = 0; i < threads; i++) {
            all[i] = process.lane(name);
        }
        Rng turn = process.stream(name + "-turn");
        return new SimExecutor(process, () -> all[turn.below(threads)]);
    }

    @Override
    public void execute(Runnable task) {
        requireOpen();
        lanes.get().execute(task);
    }

    private void requireOpen() {
        if (shutdown) {
            throw new RejectedExecutionException("shut down");
        }
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        requireOpen();
        Due due = new Due(task);
        due.start(unit.toMicros(delay));
        return due;
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long first, long period, TimeUnit unit) {
        return scheduleWithFixedDelay(task, first, period, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long first, long delay, TimeUnit unit) {
        requireOpen();
        Due[] self = new Due[1];
        self[0] = new Due(task) {
            @Override
            public void run() {
                if (runAndReset() && !shutdown) {
                    start(unit.toMicros(delay));
                }
            }
        };
        self[0].start(unit.toMicros(first));
        return self[0];
    }

    private class Due extends FutureTask<Void> implements RunnableScheduledFuture<Void> {
        private long atUs;

        Due(Runnable task) {
            super(
                    () -> process.run(task), // a failure is the world's business: an executor would keep it to itself
                    null);
        }

        void start(long delayUs) {
            atUs = process.scheduler().nowUs() + delayUs;
            lanes.get().afterUs(delayUs, () -> {
                if (!shutdown) {
                    run();
                }
            });
        }

        @Override
        public boolean isPeriodic() {
            return false;
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(atUs - process.scheduler().nowUs(), TimeUnit.MICROSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.MICROSECONDS), other.getDelay(TimeUnit.MICROSECONDS));
        }
    }

    @Override
    public void shutdown() {
        shutdown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
        shutdown = true;
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return shutdown;
    }

    @Override
    public boolean isTerminated() {
        return shutdown;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
    }
}
