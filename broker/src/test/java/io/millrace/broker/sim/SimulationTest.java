package io.millrace.broker.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Whatever happens to a cluster, nothing that was acknowledged is lost, and all is well afterwards. */
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("sim.seeds", 500);
    private static final long FIRST = Long.getLong("sim.first", 1);
    private static final int THREADS = 2;

    @Test
    void nothingIsLost() {
        AtomicLong operations = new AtomicLong();
        AtomicLong events = new AtomicLong();
        AtomicLong lost = new AtomicLong();
        long began = System.nanoTime();
        List<RunFailed> failed;
        try (Runs runs = new Runs(Level.ERROR)) {
            failed = runs.all(FIRST, SEEDS, THREADS, 1, outcome -> {
                operations.addAndGet(outcome.operations());
                events.addAndGet(outcome.events());
                lost.addAndGet(outcome.lost().isEmpty() ? 0 : 1);
            });
        }
        System.out.printf(
                "simulation: %d seeds, %d events, %d operations, %d seeds with losses as they may be, %d ms%n",
                SEEDS, events.get(), operations.get(), lost.get(), (System.nanoTime() - began) / 1_000_000);
        if (!failed.isEmpty()) {
            throw failed.get(0);
        }
    }

    @Test
    void theSameSeedIsTheSameRun() {
        try (Runs runs = new Runs(Level.ERROR)) {
            for (long seed = 1; seed <= 10; seed++) {
                assertEquals(runs.one(seed), runs.one(seed));
            }
        }
    }
}
