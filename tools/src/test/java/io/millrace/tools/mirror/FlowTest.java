package io.millrace.tools.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FlowTest {
    private static final int MIB = 1 << 20;
    private static final long SECOND_NS = 1_000_000_000;

    @Test
    void noMoreThanTheBufferIsUnderWay() {
        Flow flow = new Flow(10 * MIB, Long.MAX_VALUE);
        long now = System.nanoTime();
        assertEquals(8 * MIB, flow.take(8 * MIB, now));
        flow.settle(8 * MIB, 6 * MIB, now);
        assertEquals(4 * MIB, flow.take(8 * MIB, now));
        assertEquals(0, flow.take(8 * MIB, now));
        flow.give(6 * MIB);
        assertEquals(6 * MIB, flow.take(8 * MIB, now));
        assertEquals(10 * MIB, flow.underWay());
    }

    @Test
    void aScrapOfRoomIsNotWorthAFetch() {
        Flow flow = new Flow(MIB, Long.MAX_VALUE);
        long now = System.nanoTime();
        assertEquals(MIB, flow.take(8 * MIB, now));
        flow.settle(MIB, MIB - 1000, now);
        assertEquals(0, flow.take(8 * MIB, now));
        assertEquals(500, flow.take(500, now), "unless no more is asked for");
    }

    @Test
    void aRateIsKeptOverTime() {
        Flow flow = new Flow(1000L * MIB, 4 * MIB);
        long begin = System.nanoTime();
        long now = begin;
        long bytes = 0;
        while (now - begin < 20 * SECOND_NS) {
            int taken = flow.take(8 * MIB, now);
            if (taken > 0) {
                flow.settle(taken, taken, now);
                bytes += taken;
            } else {
                now = flow.freeAtNs();
            }
        }
        double perSecond = bytes / 20.0;
        assertTrue(perSecond <= 4.3 * MIB && perSecond >= 3.7 * MIB, "bytes per second: " + perSecond);
    }
}
