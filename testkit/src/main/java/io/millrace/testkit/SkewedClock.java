package io.millrace.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * The system's clock, fast or slow by as much as a test says.
 *
 * <p>Threading: any.
 */
final class SkewedClock extends Clock {
    private volatile long skewMs;

    void skew(Duration by) {
        skewMs = by.toMillis();
    }

    @Override
    public long millis() {
        return System.currentTimeMillis() + skewMs;
    }

    @Override
    public Instant instant() {
        return Instant.now().plusMillis(skewMs);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
