package io.millrace.broker.sim;

import io.millrace.broker.replica.ReplicaRuntime;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A thread that is none: runs what it is given one after the other, in order, each after a random while.
 *
 * <p>Threading: execute and after from any thread, all else by the world's.
 */
final class SimLane implements ReplicaRuntime.Lane {
    private static final long STALL_US = 40_000;

    private final SimProcess process;
    private final long stream;
    private final Rng rng;
    private final Deque<Runnable> ready = new ArrayDeque<>();
    private long lastUs;
    private boolean running;
    private boolean closed;

    SimLane(SimProcess process, String name, Rng rng) {
        this.process = process;
        this.stream = Rng.hash(name);
        this.rng = rng;
    }

    SimProcess process() {
        return process;
    }

    @Override
    public synchronized void execute(Runnable task) {
        executeAfter(pauseUs(), task);
    }

    /** Puts a task in line, to run no sooner than after a while. */
    synchronized void executeAfter(long delayUs, Runnable task) {
        if (closed) {
            return;
        }
        ready.add(task);
        lastUs = Math.max(lastUs, process.scheduler().nowUs() + delayUs);
        process.scheduler().add(lastUs, rng.nextLong(), stream, process, this::runNext);
    }

    @Override
    public synchronized Runnable after(long delayMs, Runnable task) {
        return afterUs(delayMs * 1000, task);
    }

    synchronized Runnable afterUs(long delayUs, Runnable task) {
        if (closed) {
            return () -> {};
        }
        boolean[] cancelled = new boolean[1];
        SimScheduler.Event due = process.scheduler()
                .add(
                        process.scheduler().nowUs() + Math.max(0, delayUs) + rng.below(50),
                        rng.nextLong(),
                        stream,
                        process,
                        () -> {
                            if (!cancelled[0]) {
                                execute(() -> {
                                    if (!cancelled[0]) {
                                        task.run();
                                    }
                                });
                            }
                        });
        return () -> {
            cancelled[0] = true;
            due.cancel();
        };
    }

    /** How long a thread takes to get to a task: as a rule nothing, now and then it has lost the processor. */
    private long pauseUs() {
        int slowness = process.slowness();
        int die = rng.below(1000);
        if (die < slowness) {
            return rng.below(STALL_US);
        }
        return die < 200 ? rng.below(500) : rng.below(20);
    }

    private void runNext() {
        Runnable task;
        synchronized (this) {
            task = ready.poll();
        }
        if (task != null) {
            if (running) {
                throw new IllegalStateException("two tasks at once in a lane of " + process.name());
            }
            running = true;
            try {
                task.run();
            } finally {
                running = false;
            }
        }
    }

    @Override
    public void close() {
        while (!running && !ready.isEmpty()) {
            runNext(); // as whoever closes would wait for it
        }
        synchronized (this) {
            closed = true;
        }
    }
}
