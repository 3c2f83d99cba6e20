package io.millrace.client.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.ToDoubleFunction;

/**
 * The meters of one client in one registry: made with its tags, and all taken out together.
 *
 * <p>Counters and gauges ask the client when the registry is read, and do not keep it from being collected.
 *
 * <p>Threading: one thread makes them; any thread reads and ends them.
 */
final class Meters<T> {
    private static final double[] PERCENTILES = {0.5, 0.99, 0.999};

    private final MeterRegistry registry;
    private final T client;
    private final Tags tags;
    private final List<Meter> made = new ArrayList<>();

    Meters(MeterRegistry registry, T client, Tags tags) {
        this.registry = registry;
        this.client = client;
        this.tags = tags;
    }

    void counter(String name, String unit, String description, ToDoubleFunction<T> value) {
        made.add(FunctionCounter.builder(name, client, value)
                .tags(tags)
                .baseUnit(unit)
                .description(description)
                .register(registry));
    }

    void gauge(String name, String unit, String description, ToDoubleFunction<T> value) {
        made.add(Gauge.builder(name, client, value)
                .tags(tags)
                .baseUnit(unit)
                .description(description)
                .register(registry));
    }

    /** The value is in milliseconds. */
    void timeGauge(String name, String description, ToDoubleFunction<T> millis) {
        made.add(TimeGauge.builder(name, client, TimeUnit.MILLISECONDS, millis)
                .tags(tags)
                .description(description)
                .register(registry));
    }

    /** A timer, for which the returned receiver takes nanoseconds. */
    LongConsumer timer(String name, String description) {
        Timer timer = Timer.builder(name)
                .tags(tags)
                .description(description)
                .publishPercentiles(PERCENTILES)
                .register(registry);
        made.add(timer);
        return nanos -> timer.record(nanos, TimeUnit.NANOSECONDS);
    }

    void remove() {
        made.forEach(registry::remove);
    }
}
