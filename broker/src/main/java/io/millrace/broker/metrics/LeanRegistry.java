package io.millrace.broker.metrics;

import io.micrometer.core.instrument.AbstractMeter;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * Makes the meters that Micrometer's users ask for, with what Kafka's boards read: rates and percentiles. They are small
 * and count without a lock.
 *
 * <p>Threading: any thread; {@link #tick} one at a time.
 */
final class LeanRegistry extends MeterRegistry {
    private static final int TICKS_PER_WINDOW = 30;

    private final LongSupplier nanoTime;
    private int ticks;

    /** A meter that moves on with time. */
    interface Ticking {
        /** {@link Metrics#TICK_MS} are over. */
        void tick();

        /** So are a few minutes. */
        void turn();
    }

    LeanRegistry(LongSupplier nanoTime) {
        super(new Since(nanoTime));
        this.nanoTime = nanoTime;
    }

    /** The clock that Micrometer wants. */
    private record Since(LongSupplier nanoTime) implements Clock {
        @Override
        public long wallTime() {
            return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong());
        }

        @Override
        public long monotonicTime() {
            return nanoTime.getAsLong();
        }
    }

    void tick() {
        ticks++;
        boolean isTurn = ticks % TICKS_PER_WINDOW == 0;
        forEachMeter(meter -> {
            if (meter instanceof Ticking ticking) {
                ticking.tick();
                if (isTurn) {
                    ticking.turn();
                }
            }
        });
    }

    @Override
    protected Counter newCounter(Meter.Id id) {
        return new RateMeter(id, nanoTime.getAsLong());
    }

    @Override
    protected Timer newTimer(Meter.Id id, DistributionStatisticConfig config, PauseDetector pauses) {
        return new LeanTimer(id, nanoTime.getAsLong());
    }

    @Override
    protected DistributionSummary newDistributionSummary(
            Meter.Id id, DistributionStatisticConfig config, double scale) {
        return new LeanSummary(id);
    }

    @Override
    protected <T> Gauge newGauge(Meter.Id id, T thing, ToDoubleFunction<T> value) {
        return new LeanGauge<>(id, thing, value);
    }

    /** A value that is asked for. It keeps what it is asked of: whoever goes takes its gauges along. */
    private static final class LeanGauge<T> extends AbstractMeter implements Gauge {
        private final T thing;
        private final ToDoubleFunction<T> value;

        LeanGauge(Id id, T thing, ToDoubleFunction<T> value) {
            super(id);
            this.thing = thing;
            this.value = value;
        }

        @Override
        public double value() {
            return value.applyAsDouble(thing);
        }
    }

    @Override
    protected Meter newMeter(Meter.Id id, Meter.Type type, Iterable<Measurement> measurements) {
        throw unused(id);
    }

    @Override
    protected <T> FunctionTimer newFunctionTimer(
            Meter.Id id, T thing, ToLongFunction<T> count, ToDoubleFunction<T> time, TimeUnit unit) {
        throw unused(id);
    }

    @Override
    protected <T> FunctionCounter newFunctionCounter(Meter.Id id, T thing, ToDoubleFunction<T> count) {
        throw unused(id);
    }

    private static UnsupportedOperationException unused(Meter.Id id) {
        return new UnsupportedOperationException(id.getName() + ": no reader of ours knows such a meter; see Table");
    }

    @Override
    protected TimeUnit getBaseTimeUnit() {
        return TimeUnit.MILLISECONDS;
    }

    @Override
    protected DistributionStatisticConfig defaultHistogramConfig() {
        return DistributionStatisticConfig.NONE;
    }
}
