package io.millrace.broker.metrics;

import io.micrometer.core.instrument.AbstractMeter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;

/** Values of which the spread is told: what Kafka calls a histogram. Any thread; recording takes no lock. */
final class LeanSummary extends AbstractMeter implements DistributionSummary, LeanRegistry.Ticking, Histogram {
    /** The base unit of times, which are kept to the microsecond; all other values are whole. */
    static final String MILLISECONDS = "milliseconds";

    private final Spread spread = new Spread();
    private final double unit;

    LeanSummary(Id id) {
        super(id);
        this.unit = MILLISECONDS.equals(id.getBaseUnit()) ? 1000 : 1;
    }

    @Override
    public void record(double amount) {
        spread.record((long) (amount * unit));
    }

    @Override
    public long count() {
        return spread.count();
    }

    @Override
    public double totalAmount() {
        return spread.sum() / unit;
    }

    @Override
    public double max() {
        return spread.shape().most() / unit;
    }

    @Override
    public HistogramSnapshot takeSnapshot() {
        return HistogramSnapshot.empty(count(), totalAmount(), max());
    }

    @Override
    public Spread spread() {
        return spread;
    }

    @Override
    public double unit() {
        return unit;
    }

    @Override
    public void tick() {
        // a spread has no rates
    }

    @Override
    public void turn() {
        spread.turn();
    }
}
