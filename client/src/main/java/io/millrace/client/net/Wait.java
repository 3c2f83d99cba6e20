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
        int doublings = Math.min(30, attempts++);
        double ns = Math.min(backoff.most().toNanos(), backoff.first().toNanos() * Math.pow(2, doublings));
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
