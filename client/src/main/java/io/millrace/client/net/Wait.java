package io.millrace.client.net;

import io.millrace.client.ClientConfig.Backoff;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before the next attempt: doubled each time up to a bound, and 20 % more or less by chance, so that many
 * clients do not come back at the same moment.
 *
 * <p>Threading: one thread's.
 */
public final class Wait {
    private static final double JITTER = 0.2;

    private final Backoff backoff;
    private int attempts;

    public Wait(Backoff backoff) {
        this.backoff = backoff;
    }

    /** The next wait, in nanoseconds. */
    public long nextNs() {
        return afterNs(backoff, attempts++);
    }

    /** The wait after so many attempts before this one, in nanoseconds. */
    public static long afterNs(Backoff backoff, int attemptsBefore) {
        int doublings = Math.min(30, attemptsBefore);
        double ns = Math.min(
                (double) backoff.most().toNanos(), (double) backoff.first().toNanos() * (1L << doublings));
        return (long)
                (ns * (1 - JITTER + 2 * JITTER * ThreadLocalRandom.current().nextDouble()));
    }

    /** After a success: the next failure begins anew. */
    public void reset() {
        attempts = 0;
    }

    public int attempts() {
        return attempts;
    }
}
