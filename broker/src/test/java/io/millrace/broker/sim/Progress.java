package io.millrace.broker.sim;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far many runs have come: a line on the terminal that is written over, or a new one now and then where nobody looks.
 *
 * <p>Threading: any thread.
 */
final class Progress {
    private static final long ON_TERMINAL_MS = 500;
    private static final long IN_FILE_MS = 15_000;

    private final long all;
    private final boolean isTerminal = Boolean.getBoolean("simulate.terminal"); // Java cannot tell for sure
    private final Map<String, Long> kinds = new TreeMap<>();
    private final long beganNs = System.nanoTime();
    private long toldMs;
    private long done;
    private long operations;
    private long events;
    private long hash;

    Progress(long all) {
        this.all = all;
    }

    synchronized void passed(Simulation.Outcome outcome) {
        done++;
        operations += outcome.operations();
        events += outcome.events();
        hash += Rng.mix(outcome.hash() ^ outcome.seed()); // in any order
        kinds.merge(outcome.faults() + (outcome.lost().isEmpty() ? "" : ", lost as may be"), 1L, Long::sum);
        long now = elapsedMs();
        if (now - toldMs >= (isTerminal ? ON_TERMINAL_MS : IN_FILE_MS)) {
            toldMs = now;
            System.err.printf(
                    Locale.ROOT,
                    "%s%d of %d seeds passed, %d s%s",
                    isTerminal ? "\r" : "",
                    done,
                    all,
                    now / 1000,
                    isTerminal ? " " : System.lineSeparator());
        }
    }

    private long elapsedMs() {
        return (System.nanoTime() - beganNs) / 1_000_000;
    }

    synchronized void end(int failed) {
        if (isTerminal) {
            System.err.println();
        }
        System.out.printf(
                Locale.ROOT,
                "%d seeds passed, %d failed; %d events, %d operations, hash %016x, %.1f s; %s%n",
                done,
                failed,
                events,
                operations,
                hash,
                elapsedMs() / 1e3,
                kinds);
    }
}
