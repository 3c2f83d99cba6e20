package io.millrace.broker.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicationThrottleTest {
    private static final long SECOND = 1_000_000_000L;

    private long now = 100 * SECOND;
    private final ReplicationThrottle throttle = new ReplicationThrottle(new QuotaConfig(11, 1), () -> now);

    @Test
    void nothingIsHeldBackWithoutARateAndAReplica() {
        assertFalse(throttle.isActive());
        throttle.limit(10);
        assertFalse(throttle.isActive());
        throttle.hold("t", ThrottledReplicas.on(1, List.of("0:1")));
        assertTrue(throttle.isActive());
        throttle.limit(ReplicationThrottle.UNLIMITED);
        assertFalse(throttle.isActive());
        throttle.limit(10);
        throttle.hold("t", ThrottledReplicas.on(1, List.of()));
        assertFalse(throttle.isActive());
    }

    @Test
    void theReplicasOfOneBrokerAreMeant() {
        throttle.hold("t", ThrottledReplicas.on(2, List.of("0:1", "1:2", "3:2")));
        throttle.hold("u", ThrottledReplicas.on(2, List.of("*")));
        assertFalse(throttle.covers("t", 0));
        assertTrue(throttle.covers("t", 1));
        assertFalse(throttle.covers("t", 2));
        assertTrue(throttle.covers("t", 3));
        assertTrue(throttle.covers("u", 77));
        assertFalse(throttle.covers("v", 0));
    }

    @Test
    void whatATopicMaySay() {
        assertTrue(ThrottledReplicas.areNamedBy(List.of()));
        assertTrue(ThrottledReplicas.areNamedBy(List.of("*")));
        assertTrue(ThrottledReplicas.areNamedBy(List.of("0:1", "12:34")));
        for (String word : List.of("0", "0:", ":1", "a:1", "0:1:2", "-1:2", "0:99999999999", "0-1")) {
            assertFalse(ThrottledReplicas.areNamedBy(List.of(word)), word);
        }
        assertFalse(ThrottledReplicas.areNamedBy(List.of("*", "0:1")));
    }

    @Test
    void everyWindowAllowsItsShare() {
        throttle.limit(100);
        for (int second = 0; second < 10; second++) {
            assertEquals(0, throttle.waitMs());
            assertEquals(100, throttle.room());
            throttle.passed(40);
            assertEquals(60, throttle.room());
            throttle.passed(60);
            assertEquals(0, throttle.room());
            assertEquals(1001, throttle.waitMs());
            now += SECOND / 4;
            assertEquals(751, throttle.waitMs());
            now += 3 * SECOND / 4;
        }
        assertEquals(0, throttle.room()); // the whole windows are full
        assertEquals(11, throttle.waitMs());
        now += SECOND / 4;
        assertEquals(25, throttle.room());
    }

    @Test
    void whoGoesOnAndOnHasTheRate() {
        throttle.limit(1_000_000);
        long taken = 0;
        long end = now + 60 * SECOND;
        while (now < end) {
            long room = Math.min(throttle.room(), 100_000);
            throttle.passed(room);
            taken += room;
            now += Math.max(SECOND / 1000, throttle.waitMs() * 1_000_000);
        }
        assertEquals(60e6, (double) taken, 2e6);
    }

    @Test
    void whatWasTooMuchIsWaitedForAsLongAsItIsInTheWindows() {
        throttle.limit(100);
        throttle.passed(1500); // one batch
        now += 10 * SECOND;
        assertEquals(0, throttle.room());
        assertEquals(1001, throttle.waitMs());
        now += SECOND;
        assertEquals(100, throttle.room());
    }

    @Test
    void aRateOfNoneLetsNothingPass() {
        throttle.limit(0);
        assertEquals(0, throttle.room());
        assertTrue(throttle.waitMs() > 0);
        now += 100 * SECOND;
        assertEquals(0, throttle.room());
    }
}
