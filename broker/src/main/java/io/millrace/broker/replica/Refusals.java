package io.millrace.broker.replica;

import java.util.HashMap;
import java.util.Map;

/**
 * How long a follower waits before it asks again for a partition that was refused: a moment at first, since a new leader
 * may hear of its leadership after its followers have, and twice as long each time.
 *
 * <p>Threading: the lane of its fetcher. Bounded by the partitions that are followed.
 */
final class Refusals {
    private static final long FIRST_MS = 4;
    private static final int MOST_DOUBLINGS = 20;

    private final long mostMs;
    private final Map<Followed, Integer> inARow = new HashMap<>();

    Refusals(long mostMs) {
        this.mostMs = mostMs;
    }

    /** A partition was refused once more: milliseconds to wait. */
    long refused(Followed followed) {
        int before = inARow.merge(followed, 1, Integer::sum) - 1;
        return Math.min(mostMs, FIRST_MS << Math.min(before, MOST_DOUBLINGS));
    }

    /** It was answered, or is not followed any more. */
    void forget(Followed followed) {
        if (!inARow.isEmpty()) {
            inARow.remove(followed);
        }
    }
}
