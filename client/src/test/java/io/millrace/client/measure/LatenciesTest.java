package io.millrace.client.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class LatenciesTest {
    private final Latencies latencies = new Latencies();

    @Test
    void ofNothingEveryPercentileIsZero() {
        assertEquals(Duration.ZERO, latencies.percentile(0.5));
    }

    @Test
    void aPercentileIsNoLessThanTheTruthAndAnEighthMoreAtMost() {
        for (int i = 1; i <= 100_000; i++) {
            latencies.add(i * 1_000L);
        }
        for (double part : new double[] {0.001, 0.5, 0.9, 0.99, 0.999, 1}) {
            double truth = part * 100_000_000;
            long told = latencies.percentile(part).toNanos();
            assertTrue(told >= truth && told <= truth * 1.126, told + " for " + truth);
        }
    }

    @Test
    void timesBeyondAllBoundsAreCounted() {
        latencies.add(-5); // a clock that was set back
        latencies.add(0);
        latencies.add(Long.MAX_VALUE);
        assertTrue(latencies.percentile(0.5).toNanos() <= 2);
    }

    @Test
    void listenersAreToldAndNothingIsAllocated() {
        AtomicLong sum = new AtomicLong();
        latencies.listen(sum::addAndGet);
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < 20_000; i++) { // until it is compiled, and the listener's class is there
            latencies.add(i);
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 100_000; i++) {
            latencies.add(10);
        }
        long bytes = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(bytes < 10_000, bytes + " bytes for 100,000 times");
        assertEquals(19_999L * 10_000 + 1 + 1_000_000, sum.get());
    }
}
