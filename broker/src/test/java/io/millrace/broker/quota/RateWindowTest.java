package io.millrace.broker.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RateWindowTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int MB = 1_000_000;

    private final RateWindow window = new RateWindow(11, SECOND, 100 * SECOND);

    @Test
    void whoWasSilentMayDoAtOnceWhatTenSecondsAllow() {
        window.add(10 * MB, 100 * SECOND);
        assertEquals(0, window.delayNanos(0, MB, 100 * SECOND));
        assertEquals(1.0 * MB, window.rate(100 * SECOND));
    }

    @Test
    void theDelayIsTheTimeAfterWhichTheRateIsWithinTheBound() {
        window.add(15 * MB, 100 * SECOND); // spread over 15 s it would be within: 10 s lie behind, 5 are to come
        assertEquals(5 * SECOND, window.delayNanos(0, MB, 100 * SECOND));
        assertEquals(4 * SECOND + SECOND / 2, window.delayNanos(0, MB, 100 * SECOND + SECOND / 2));
    }

    @Test
    void whatIsAboutToComeIsReckonedAsIfItWereThere() {
        window.add(9 * MB, 100 * SECOND);
        assertEquals(0, window.delayNanos(MB, MB, 100 * SECOND));
        assertEquals(SECOND, window.delayNanos(2 * MB, MB, 100 * SECOND));
        assertEquals(9 * MB, window.total(100 * SECOND));
    }

    @Test
    void thePresentWindowCountsAsFarAsItIsOver() {
        window.add(21 * MB, 100 * SECOND);
        assertEquals(2.0 * MB, window.rate(100 * SECOND + SECOND / 2), 1e-6);
    }

    @Test
    void whatWasDoneIsForgottenElevenSecondsAfterItsWindowBegan() {
        window.add(15 * MB, 100 * SECOND + SECOND / 2);
        assertEquals(15 * MB, window.total(111 * SECOND - 1));
        assertFalse(window.isEmpty(111 * SECOND - 1));
        assertEquals(0, window.total(111 * SECOND));
        assertTrue(window.isEmpty(111 * SECOND));
    }

    @Test
    void aLongSilenceForgetsAll() {
        for (int second = 100; second < 111; second++) {
            window.add(MB, second * SECOND);
        }
        assertEquals(11 * MB, window.total(110 * SECOND));
        assertEquals(0, window.total(100_000 * SECOND));
        window.add(1, 100_000 * SECOND);
        assertEquals(1, window.total(100_000 * SECOND));
    }

    @Test
    void aClockReadEarlierByAnotherThreadDoesNoHarm() {
        window.add(1, 105 * SECOND);
        window.add(2, 104 * SECOND);
        assertEquals(3, window.total(105 * SECOND));
        assertEquals(0, window.delayNanos(0, MB, 104 * SECOND));
    }

    @Test
    void clocksBelowZeroWorkTheSame() {
        RateWindow negative = new RateWindow(11, SECOND, -5 * SECOND);
        negative.add(15 * MB, -5 * SECOND);
        assertEquals(5 * SECOND, negative.delayNanos(0, MB, -5 * SECOND));
        assertEquals(0, negative.total(6 * SECOND));
    }

    @Test
    void oneWindowIsAWindowLongEvenWhenItBegins() {
        RateWindow one = new RateWindow(1, SECOND, 0);
        one.add(3 * MB, 0);
        assertEquals(2 * SECOND, one.delayNanos(0, MB, 0));
    }

    @Test
    void aTinyBoundAsksForAVeryLongWaitAndNotForANegativeOne() {
        window.add(Long.MAX_VALUE / 2, 100 * SECOND);
        assertTrue(window.delayNanos(0, 1e-9, 100 * SECOND) > 1_000_000 * SECOND);
    }

    /** Against a list of everything that was done, gone through anew each time. */
    @Test
    void theSumIsThatOfAllThatWasDoneInTheLastWindows() {
        long seed = Long.getLong("test.seed", System.nanoTime());
        Random random = new Random(seed);
        record Done(long window, long amount) {}
        Deque<Done> done = new ArrayDeque<>();
        long now = 100 * SECOND;
        for (int i = 0; i < 5000; i++) {
            now += random.nextInt(10) == 0 ? random.nextLong(30 * SECOND) : random.nextLong(SECOND / 3);
            long amount = random.nextInt(MB);
            window.add(amount, now);
            done.add(new Done(now / SECOND, amount));
            long oldest = now / SECOND - 10;
            done.removeIf(one -> one.window() < oldest);
            long sum = done.stream().mapToLong(Done::amount).sum();
            assertEquals(sum, window.total(now), "test.seed=" + seed);
            double bound = 1 + random.nextInt(MB);
            double span = (double) (10 * SECOND + now % SECOND);
            double delay = Math.max(0, sum / bound * SECOND - span);
            assertEquals(delay, (double) window.delayNanos(0, bound, now), 1 + delay * 1e-9, "test.seed=" + seed);
        }
    }
}
