package io.millrace.broker.metrics;

import java.util.concurrent.atomic.LongAdder;

/**
 * How often something happened, all in all and a second of late: for attributes of a {@link Table}. {@link Metrics#pace}
 * makes it.
 *
 * <p>Threading: any thread counts, without a lock.
 */
public final class Pace {
    private final LongAdder count = new LongAdder();
    private final Rates rates;

    Pace(long nowNanos) {
        this.rates = new Rates(nowNanos);
    }

    public void add(long amount) {
        count.add(amount);
    }

    /** Since the beginning. */
    public long total() {
        return count.sum();
    }

    /** A second, over the last minute. */
    public double rate() {
        return rates.oneMinute();
    }

    void tick() {
        rates.tick(count.sum());
    }
}
