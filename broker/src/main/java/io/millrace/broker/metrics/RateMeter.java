package io.millrace.broker.metrics;

import io.micrometer.core.instrument.AbstractMeter;
import io.micrometer.core.instrument.Counter;
import java.util.concurrent.atomic.LongAdder;

/** A counter of whole things that knows its rates, too: what Kafka calls a meter. Any thread; counting takes no lock. */
final class RateMeter extends AbstractMeter implements Counter, LeanRegistry.Ticking {
    private final LongAdder count = new LongAdder();
    private final Rates rates;

    RateMeter(Id id, long nowNanos) {
        super(id);
        this.rates = new Rates(nowNanos);
    }

    @Override
    public void increment(double amount) {
        count.add((long) amount);
    }

    @Override
    public double count() {
        return count.sum();
    }

    long total() {
        return count.sum();
    }

    Rates rates() {
        return rates;
    }

    @Override
    public void tick() {
        rates.tick(count.sum());
    }

    @Override
    public void turn() {
        // rates have no windows
    }
}
