package io.millrace.broker.metrics;

/**
 * How often something happened: a second, over the last 1, 5 and 15 minutes, the latest counting most, and since it was
 * made.
 *
 * <p>Threading: ticked by one thread, read by any.
 */
final class Rates {
    private static final double TICK_SECONDS = Metrics.TICK_MS / 1000.0;
    private static final double ONE = weight(1);
    private static final double FIVE = weight(5);
    private static final double FIFTEEN = weight(15);

    private final long madeNanos;
    private double one; // these and count are published by the volatile write of ticked
    private double five;
    private double fifteen;
    private long count;
    private volatile boolean ticked;

    Rates(long nowNanos) {
        this.madeNanos = nowNanos;
    }

    private static double weight(int minutes) {
        return 1 - Math.exp(-TICK_SECONDS / 60 / minutes);
    }

    /** Another five seconds are over; {@code total} have happened by now. */
    void tick(long total) {
        double now = (total - count) / TICK_SECONDS;
        count = total;
        if (ticked) {
            one += ONE * (now - one);
            five += FIVE * (now - five);
            fifteen += FIFTEEN * (now - fifteen);
        } else {
            one = now;
            five = now;
            fifteen = now;
        }
        ticked = true;
    }

    double oneMinute() {
        return ticked ? one : 0;
    }

    double fiveMinute() {
        return ticked ? five : 0;
    }

    double fifteenMinute() {
        return ticked ? fifteen : 0;
    }

    double mean(long total, long nowNanos) {
        return nowNanos == madeNanos ? 0 : total * 1e9 / (nowNanos - madeNanos);
    }
}
