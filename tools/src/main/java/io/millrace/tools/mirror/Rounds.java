package io.millrace.tools.mirror;

import io.millrace.client.MillraceException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Things that are done again and again, each in its own time, one after the other. One that fails because a cluster is away is
 * told, and done again when it is due.
 *
 * <p>Threading: one thread's, which waits.
 */
final class Rounds {
    private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

    private final List<Round> rounds;
    private final long[] dueNs;
    private final String[] failures;

    /** One of them. */
    record Round(Duration every, String name, Work work) {}

    /** What it does. */
    @FunctionalInterface
    interface Work {
        void run() throws InterruptedException;
    }

    Rounds(List<Round> rounds) {
        this.rounds = List.copyOf(rounds);
        this.dueNs = new long[rounds.size()];
        this.failures = new String[rounds.size()];
        java.util.Arrays.fill(dueNs, System.nanoTime());
        java.util.Arrays.fill(failures, "");
    }

    /** Waits until one is due, and does it. */
    void next() throws InterruptedException {
        int first = 0;
        for (int i = 1; i < dueNs.length; i++) {
            first = dueNs[i] - dueNs[first] < 0 ? i : first;
        }
        TimeUnit.NANOSECONDS.sleep(dueNs[first] - System.nanoTime());
        Round round = rounds.get(first);
        try {
            round.work().run();
            failures[first] = "";
        } catch (MillraceException e) {
            if (e.reason() == MillraceException.Reason.CLOSED) {
                throw new InterruptedException("closed");
            }
            if (!failures[first].equals(e.getMessage())) {
                LOG.warn("{}: {}; tries again", round.name(), e.getMessage());
            }
            failures[first] = e.getMessage();
        }
        dueNs[first] = System.nanoTime() + round.every().toNanos();
    }
}
