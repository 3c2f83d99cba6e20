package io.millrace.client.zookeeper;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * When ZooKeeper may be asked again: a client whose brokers are all away begins anew every second, and ten thousand such
 * must not be ten thousand sessions a second. The pause doubles with each look that comes soon after the last.
 *
 * <p>Threading: under the lock of its owner.
 */
final class Pace {
    private static final long FIRST_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long MOST_NS = TimeUnit.SECONDS.toNanos(30);

    private final SplittableRandom random;
    private boolean hasLooked;
    private long nextNs;
    private long pauseNs = FIRST_NS;

    Pace(SplittableRandom random) {
        this.random = random;
    }

    boolean hasLooked() {
        return hasLooked;
    }

    boolean mayLook(long nowNs) {
        return !hasLooked || nowNs - nextNs >= 0;
    }

    /** It is looked now. */
    void looks(long nowNs) {
        boolean isSoon = hasLooked && nowNs - nextNs < MOST_NS;
        pauseNs = isSoon ? Math.min(2 * pauseNs, MOST_NS) : FIRST_NS;
        hasLooked = true;
        nextNs = nowNs + pauseNs / 2 + random.nextLong(pauseNs); // hosts that lost their brokers together part
    }
}
