package io.millrace.tools.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class MeterTest {
    @Test
    void aLookShowsWhatCameSinceTheLastAndTheWholeIsKept() {
        Meter meter = new Meter();
        meter.add(100);
        meter.latency(2_000_000);
        Meter.Window first = meter.look();
        meter.add(2, 300);
        meter.latency(4_000_000);
        Meter.Window second = meter.look();

        assertEquals(1, first.records());
        assertEquals(1, first.latencies().count());
        assertEquals(2, second.records());
        assertEquals(300, second.bytes());
        assertEquals(4, second.latencies().maxMs(), 0.01);
        assertEquals(3, meter.records());
        assertEquals(2, meter.latencies().count());
        assertEquals(2, meter.latencies().percentileMs(50), 0.01);
    }
}
