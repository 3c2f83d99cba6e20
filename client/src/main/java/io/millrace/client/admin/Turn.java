package io.millrace.client.admin;

import io.millrace.client.net.Limits;
import java.time.Duration;

/**
 * One attempt of a request: which it is, and how much time is left for it.
 *
 * @param number from 1 on
 * @param endNs when the time of all attempts is over, in {@link System#nanoTime}
 * @param requestTimeout how long one answer may take at most
 */
record Turn(int number, long endNs, Duration requestTimeout) {
    private static final long SHORTEST_MS = 1;

    /** What an answer may take brokers less than us, so that theirs arrives before we give up. */
    private static final long MARGIN_MS = 1_000;

    private static final int MARGIN_PART = 5;

    /** Bounds of one call. */
    Limits limits() {
        return Limits.NONE.within(Duration.ofMillis(leftMs()));
    }

    /** How long a broker may work at a request before it answers, one way or the other. */
    int brokerTimeoutMs() {
        long left = leftMs();
        return (int) Math.max(SHORTEST_MS, left - Math.min(MARGIN_MS, left / MARGIN_PART));
    }

    private long leftMs() {
        long untilEnd = (endNs - System.nanoTime()) / 1_000_000;
        long most = Math.min(requestTimeout.toMillis(), Integer.MAX_VALUE);
        return Math.max(SHORTEST_MS, Math.min(most, untilEnd));
    }
}
