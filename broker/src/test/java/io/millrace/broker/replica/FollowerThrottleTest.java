package io.millrace.broker.replica;

import static io.millrace.broker.replica.ReplicaHouse.batch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.quota.QuotaConfig;
import io.millrace.broker.quota.ReplicationThrottle;
import io.millrace.broker.quota.ThrottledReplicas;
import io.millrace.protocol.Uuid;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowerThrottleTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int MOST = 1 << 20;

    @TempDir
    private Path directory;

    private ReplicaHouse house;
    private Followed followed;
    private Followed other;
    private long now = SECOND;
    private final ReplicationThrottle throttle = new ReplicationThrottle(new QuotaConfig(11, 1), () -> now);
    private final FollowerThrottle follower = new FollowerThrottle(throttle);

    @BeforeEach
    void open() {
        house = new ReplicaHouse(directory).started();
        Uuid id = house.topic("t", 2);
        house.partition("t", 0).append(ReplicaHouse.only(batch("a", "b")));
        followed = new Followed(house.partition("t", 0), id, 0);
        other = new Followed(house.partition("t", 1), id, 0);
        throttle.limit(100);
        throttle.hold("t", ThrottledReplicas.on(1, List.of("0:1")));
    }

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void whatIsBehindIsAskedForWhatIsLeftAndThenNotAtAll() {
        assertEquals(100, follower.limit(followed, MOST));
        assertEquals(7, follower.limit(followed, 7));
        follower.fetched(followed, 70, 1000);
        assertEquals(30, follower.limit(followed, MOST));
        assertEquals(0, follower.waitMs(followed));
        follower.fetched(followed, 70, 1000);
        assertEquals(1, follower.limit(followed, MOST));
        assertEquals(500, follower.waitMs(followed));
        assertEquals(MOST, follower.limit(other, MOST));
        assertEquals(0, follower.waitMs(other));
        now += SECOND;
        assertEquals(0, follower.waitMs(followed));
    }

    @Test
    void whatHasCaughtUpIsNotHeldBack() {
        follower.fetched(followed, 1000, 2);
        assertEquals(0, follower.waitMs(followed));
        assertEquals(MOST, follower.limit(followed, MOST));
        follower.forget(followed.key());
        assertTrue(follower.waitMs(followed) > 0, "it is not known any more");
        follower.fetched(followed, 0, 2);
        follower.fetched(followed, 0, 3);
        assertTrue(follower.waitMs(followed) > 0, "it is behind again");
    }
}
