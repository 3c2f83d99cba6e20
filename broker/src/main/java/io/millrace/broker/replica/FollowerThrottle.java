package io.millrace.broker.replica;

import io.millrace.broker.quota.ReplicationThrottle;
import java.util.HashSet;
import java.util.Set;

/**
 * How a follower keeps within its replication quota: what is throttled and behind is asked for little, and not at all
 * while the quota is used up. What has caught up is not held back, or it would fall out of the in-sync set.
 *
 * <p>Threading: the lane of one fetcher; the throttle is shared by all.
 */
final class FollowerThrottle {
    /** So soon a rate that was raised is seen. */
    private static final long LONGEST_WAIT_MS = 500;

    /** What has become free by then is asked for at once. */
    private static final long SHORTEST_WAIT_MS = 50;

    private final ReplicationThrottle throttle;
    private final Set<Followed.Key> caughtUp = new HashSet<>(); // of those that the throttle covers

    FollowerThrottle(ReplicationThrottle throttle) {
        this.throttle = throttle;
    }

    /** Nothing is known any more of how far behind a partition is. */
    void forget(Followed.Key key) {
        caughtUp.remove(key);
    }

    /** How many bytes to ask for. */
    int limit(Followed followed, int most) {
        return isHeld(followed) ? (int) Math.max(1, Math.min(most, throttle.room())) : most;
    }

    /** Counts what was fetched, and takes note of whether anything is left of what the leader has committed. */
    void fetched(Followed followed, int bytes, long leaderHighWatermark) {
        if (!covers(followed)) {
            return;
        }
        if (isHeld(followed)) {
            throttle.passed(bytes);
        }
        if (leaderHighWatermark <= followed.partition().log().endOffset()) {
            caughtUp.add(followed.key());
        } else {
            caughtUp.remove(followed.key());
        }
    }

    /** For how many milliseconds a partition is not asked for; after those, this is to be asked again. */
    long waitMs(Followed followed) {
        long waitMs = isHeld(followed) ? throttle.waitMs() : 0;
        return waitMs == 0 ? 0 : Math.max(SHORTEST_WAIT_MS, Math.min(LONGEST_WAIT_MS, waitMs));
    }

    private boolean isHeld(Followed followed) {
        return covers(followed) && !caughtUp.contains(followed.key());
    }

    private boolean covers(Followed followed) {
        return throttle.isActive()
                && throttle.covers(
                        followed.partition().id().topic(),
                        followed.partition().id().partition());
    }
}
