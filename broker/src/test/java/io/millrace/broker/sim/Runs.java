package io.millrace.broker.sim;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Many runs, several at a time, each of a seed of its own.
 *
 * <p>Threading: one caller; runs go on in threads of their own.
 */
final class Runs implements AutoCloseable {
    private final Path home;
    private final LogWatch logs;

    /** @param level from which on what brokers log is part of traces */
    Runs(Level level) {
        this.logs = new LogWatch(level);
        try {
            Path memory = Path.of("/dev/shm"); // no disk at all, where there is such a place
            home = Files.isWritable(memory)
                    ? Files.createTempDirectory(memory, "millrace-sim-")
                    : Files.createTempDirectory("millrace-sim-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Simulation.Outcome one(long seed) {
        return one(seed, world -> {});
    }

    /** @param prepared is given the world before it begins */
    Simulation.Outcome one(long seed, Consumer<Simulation> prepared) {
        Simulation world =
                new Simulation(seed, home.resolve(Thread.currentThread().getId() + "-" + seed));
        prepared.accept(world);
        logs.runs(world);
        try {
            return world.run();
        } finally {
            logs.runs(null);
        }
    }

    /**
     * Runs seeds from one on, until all are done or so many have failed.
     *
     * @return those that failed
     */
    List<RunFailed> all(long first, long count, int threads, int mostFailures, Consumer<Simulation.Outcome> told) {
        AtomicLong next = new AtomicLong(first);
        ConcurrentLinkedQueue<RunFailed> failed = new ConcurrentLinkedQueue<>();
        ConcurrentLinkedQueue<Throwable> broken = new ConcurrentLinkedQueue<>();
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread worker = new Thread(
                    () -> {
                        for (long seed = next.getAndIncrement();
                                seed < first + count && failed.size() < mostFailures && broken.isEmpty();
                                seed = next.getAndIncrement()) {
                            try {
                                told.accept(one(seed));
                            } catch (RunFailed e) {
                                failed.add(e);
                            } catch (RuntimeException | Error e) {
                                broken.add(new IllegalStateException("seed " + seed, e));
                            }
                        }
                    },
                    "simulation-" + i);
            worker.start();
            workers.add(worker);
        }
        try {
            for (Thread worker : workers) {
                worker.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!broken.isEmpty()) {
            throw new IllegalStateException("the simulation itself is broken", broken.peek());
        }
        return List.copyOf(failed);
    }

    @Override
    public void close() {
        logs.close();
        SimDisk.remove(home);
    }
}
