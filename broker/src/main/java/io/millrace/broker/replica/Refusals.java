package io.millrace.broker.replica;

import java.util.HashMap;
import java.util.Map;

/**
 * How long a follower waits before it asks again for a partition that was refused: a moment for the first half second,
 * since a new leader may hear of its leadership after its followers have, and producers wait for both; then twice as long
 * each time.
 *
 * <p>Threading: the lane of its fetcher. Bounded by the partitions that are followed.
 */
final class Refusals {
    private static final long FIRST_MS = 4;
    private static final int FIRST_DOUBLINGS = 2;
    private static final int MOST_SHORT = 32;
    private static final int MOST_DOUBLINGS = 20;

    private final long mostMs;
    private final Map<Followed, Integer> inARow = new HashMap<>();

    Refusals(long mostMs) {
        this.mostMs = mostMs;
    }

    /** A partition was refused once more: milliseconds to wait. */
    long refused(Followed followed) {
        int inAll = inARow.merge(followed, 1, Integer::sum);
        int doublings = Math.min(inAll - 1, FIRST_DOUBLINGS) + Math.max(0, inAll - MOST_SHORT);
        return Math.min(mostMs, FIRST_MS << Math.min(doublings, MOST_DOUBLINGS));
    }

    /** It was answered, or is not followed any more. */
    void forget(Followed followed) {
        if (!inARow.isEmpty()) {
            inARow.remove(followed);
        }
    }
}
