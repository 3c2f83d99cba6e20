package io.millrace.broker.sim;

import ch.qos.logback.classic.Level;
import java.util.List;

/** What runs inside of a {@link Mutant}'s class loader. */
public final class MutantRun {
    private MutantRun() {}

    /** Runs seeds until one fails: the seed and what was violated, or null. */
    public static String hunt(long first, long count) {
        try (Runs runs = new Runs(Level.ERROR)) {
            List<RunFailed> failed = runs.all(first, count, 2, 1, outcome -> {});
            return failed.isEmpty()
                    ? null
                    : failed.get(0).seed() + " | " + failed.get(0).violation();
        }
    }
}
