package io.millrace.broker.sim;

import ch.qos.logback.classic.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** Runs as many seeds as asked: {@code --seeds N [--first S] [--threads T] [--failures F] [--trace]}. */
public final class SimulateMain {
    private static final int FAILED = 1;
    private static final int USAGE = 2;

    private SimulateMain() {}

    /** Exits with 1 if a seed failed. */
    public static void main(String[] arguments) {
        Map<String, Long> given =
                new HashMap<>(Map.of("--seeds", 100L, "--first", 1L, "--threads", 2L, "--failures", 1L));
        boolean trace = false;
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].equals("--trace")) {
                trace = true;
            } else if (given.containsKey(arguments[i]) && i + 1 < arguments.length) {
                given.put(arguments[i], Long.valueOf(arguments[++i]));
            } else {
                System.err.println("usage: simulate [--seeds N] [--first SEED] [--threads N] [--failures N] [--trace]");
                System.exit(USAGE);
            }
        }
        boolean ok = trace
                ? traced(given.get("--first"), given.get("--seeds"))
                : counted(given.get("--first"), given.get("--seeds"), given);
        System.exit(ok ? 0 : FAILED);
    }

    private static boolean traced(long first, long seeds) {
        try (Runs runs = new Runs(Level.DEBUG)) {
            for (long seed = first; seed < first + seeds; seed++) {
                System.out.println(runs.one(seed, world -> world.trace().print()));
            }
            return true;
        } catch (RunFailed e) {
            System.out.println("seed " + e.seed() + " VIOLATED: " + e.violation());
            if (e.getCause().getCause() != null) {
                e.getCause().getCause().printStackTrace(System.out);
            }
            return false;
        }
    }

    private static boolean counted(long first, long seeds, Map<String, Long> given) {
        AtomicLong done = new AtomicLong();
        AtomicLong operations = new AtomicLong();
        AtomicLong events = new AtomicLong();
        AtomicLong hash = new AtomicLong();
        Map<String, Long> kinds = new TreeMap<>();
        long began = System.nanoTime();
        List<RunFailed> failed;
        try (Runs runs = new Runs(Level.INFO)) {
            failed = runs.all(
                    first,
                    seeds,
                    given.get("--threads").intValue(),
                    given.get("--failures").intValue(),
                    outcome -> {
                        operations.addAndGet(outcome.operations());
                        events.addAndGet(outcome.events());
                        hash.addAndGet(Rng.mix(outcome.hash() ^ outcome.seed())); // in any order
                        synchronized (kinds) {
                            kinds.merge(
                                    outcome.faults() + (outcome.lost().isEmpty() ? "" : ", lost as may be"),
                                    1L,
                                    Long::sum);
                        }
                        if (done.incrementAndGet() % 500 == 0) {
                            System.out.printf("%d seeds, up to %d%n", done.get(), outcome.seed());
                        }
                    });
        }
        System.out.printf(
                Locale.ROOT,
                "%d seeds passed, %d failed; %d events, %d operations, hash %016x, %.1f s; %s%n",
                done.get(),
                failed.size(),
                events.get(),
                operations.get(),
                hash.get(),
                (System.nanoTime() - began) / 1e9,
                kinds);
        if (failed.size() > 1) {
            failed.forEach(one -> System.out.println("seed " + one.seed() + " VIOLATED: " + one.violation()));
        } else {
            failed.forEach(one -> System.out.println(one.getMessage()));
        }
        return failed.isEmpty();
    }
}
