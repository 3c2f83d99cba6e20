package io.millrace.broker.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SpreadTest {
    private final Spread spread = new Spread();

    @Test
    void withoutValuesAllIsZero() {
        Spread.Shape shape = spread.shape();
        assertEquals(0, spread.count());
        assertEquals(0, shape.least());
        assertEquals(0, shape.most());
        assertEquals(0, shape.mean());
        assertEquals(0, shape.deviation());
        assertEquals(0, shape.percentile(0.99));
    }

    @Test
    void percentilesAreRightToThreePercent() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        long[] values = new long[10_000];
        for (int i = 0; i < values.length; i++) {
            values[i] = (long) Math.exp(random.nextDouble() * 20);
            spread.record(values[i]);
        }
        Arrays.sort(values);
        Spread.Shape shape = spread.shape();
        for (double share : new double[] {0.5, 0.75, 0.95, 0.98, 0.99, 0.999}) {
            double exact = values[(int) Math.ceil(share * values.length) - 1];
            assertEquals(exact, shape.percentile(share), Math.max(0.5, exact * 0.0323), share + " of seed " + seed);
        }
        assertEquals((double) values[0], shape.least());
        assertEquals((double) values[values.length - 1], shape.most());
        double mean = Arrays.stream(values).average().orElseThrow();
        assertEquals(mean, shape.mean(), mean * 0.0323);
        assertEquals(values.length, spread.count());
        assertEquals(Arrays.stream(values).sum(), spread.sum());
    }

    @Test
    void valuesLeaveAfterTwoTurnsAndStayCounted() {
        spread.record(1_000_000);
        spread.turn();
        spread.record(3);
        assertEquals(1_000_000, spread.shape().most());
        spread.turn();
        assertEquals(3, spread.shape().most());
        spread.turn();
        assertEquals(0, spread.shape().most());
        assertEquals(2, spread.count());
        assertEquals(1_000_003, spread.sum());
    }

    @Test
    void theLargestValuesShareTheLastRange() {
        spread.record(Long.MAX_VALUE);
        spread.record(-5);
        assertTrue(spread.shape().percentile(0.999) > 1L << 36);
        assertEquals(0, spread.shape().least());
    }
}
