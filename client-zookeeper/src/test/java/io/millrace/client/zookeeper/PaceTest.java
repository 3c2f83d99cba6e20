package io.millrace.client.zookeeper;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class PaceTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Pace pace = new Pace(new SplittableRandom(7));

    @Test
    void theFirstLookIsAtOnce() {
        assertTrue(pace.mayLook(Long.MIN_VALUE));
        assertTrue(pace.mayLook(0));
    }

    /** Asked every tenth of a second for an hour, as by a client whose brokers are all away. */
    @Test
    void whoAsksAllTheTimeLooksEveryHalfMinuteInTheEnd() {
        long start = Long.MAX_VALUE - 5 * SECOND; // the clock may pass its end
        int looks = 0;
        for (long ms = 0; ms < 3_600_000; ms += 100) {
            long now = start + TimeUnit.MILLISECONDS.toNanos(ms);
            if (pace.mayLook(now)) {
                pace.looks(now);
                looks++;
            }
        }
        assertTrue(looks > 80 && looks < 165, "looked " + looks + " times");
    }

    @Test
    void afterAQuietTimeThePauseIsShortAgain() {
        long now = 0;
        for (int i = 0; i < 10; i++) {
            now += 40 * SECOND;
            pace.looks(now);
        }
        assertFalse(pace.mayLook(now + SECOND / 2 - 1));
        now += 90 * SECOND;
        assertTrue(pace.mayLook(now));
        pace.looks(now);
        assertTrue(pace.mayLook(now + 3 * SECOND / 2));
        assertFalse(pace.mayLook(now + SECOND / 2 - 1));
    }
}
