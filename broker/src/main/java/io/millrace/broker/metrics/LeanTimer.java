package io.millrace.broker.metrics;

import io.micrometer.core.instrument.AbstractMeter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** How often something was done and how long it took, in milliseconds. Any thread; recording takes no lock. */
final class LeanTimer extends AbstractMeter implements Timer, LeanRegistry.Ticking, Histogram {
    private static final double MICROS_PER_MS = 1000;

    private final Spread spread = new Spread();
    private final Rates rates;

    LeanTimer(Id id, long nowNanos) {
        super(id);
        this.rates = new Rates(nowNanos);
    }

    @Override
    public void record(long amount, TimeUnit unit) {
        spread.record(unit.toMicros(amount));
    }

    @Override
    public <T> T record(Supplier<T> work) {
        long begun = System.nanoTime();
        try {
            return work.get();
        } finally {
            record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public <T> T recordCallable(Callable<T> work) throws Exception {
        long begun = System.nanoTime();
        try {
            return work.call();
        } finally {
            record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public void record(Runnable work) {
        long begun = System.nanoTime();
        try {
            work.run();
        } finally {
            record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public long count() {
        return spread.count();
    }

    @Override
    public double totalTime(TimeUnit unit) {
        return spread.sum() * 1000.0 / unit.toNanos(1);
    }

    @Override
    public double max(TimeUnit unit) {
        return spread.shape().most() * 1000.0 / unit.toNanos(1);
    }

    @Override
    public TimeUnit baseTimeUnit() {
        return TimeUnit.MILLISECONDS;
    }

    @Override
    public HistogramSnapshot takeSnapshot() {
        return HistogramSnapshot.empty(count(), totalTime(baseTimeUnit()), max(baseTimeUnit()));
    }

    @Override
    public Spread spread() {
        return spread;
    }

    @Override
    public double unit() {
        return MICROS_PER_MS;
    }

    Rates rates() {
        return rates;
    }

    @Override
    public void tick() {
        rates.tick(spread.count());
    }

    @Override
    public void turn() {
        spread.turn();
    }
}
