package io.millrace.broker.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/**
 * All numbers of a broker: the meters that its rooms count with, and the tables that are read off what is there.
 *
 * <p>Names are Kafka's, with dots: {@code kafka.server.ReplicaManager.IsrShrinksPerSec} is {@code
 * kafka.server:type=ReplicaManager,name=IsrShrinksPerSec} in JMX.
 *
 * <p>Threading: any thread; {@link #tick} one at a time.
 */
public final class Metrics {
    /** How often {@link #tick} is to be called. */
    public static final long TICK_MS = 5000;

    private final LongSupplier nanoTime;
    private final LeanRegistry registry;
    private final List<Pace> paces = new CopyOnWriteArrayList<>();
    private final List<Runnable> steps = new CopyOnWriteArrayList<>();
    private final Queue<Runnable> unmade = new ConcurrentLinkedQueue<>();
    private final List<Table<?>> tables = new CopyOnWriteArrayList<>();

    public Metrics() {
        this(System::nanoTime);
    }

    /** @param nanoTime a clock that only goes forward */
    public Metrics(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.registry = new LeanRegistry(nanoTime);
    }

    /** Where meters are made. */
    public MeterRegistry registry() {
        return registry;
    }

    /** Has a table shown from now on. */
    public void add(Table<?> table) {
        tables.add(table);
    }

    /** Something to count with that is no meter of its own; it is kept for good. */
    public Pace pace() {
        Pace pace = new Pace(nanoTime.getAsLong());
        paces.add(pace);
        return pace;
    }

    /** Has something done at each {@link #tick}. It must not wait. */
    public void onTick(Runnable step) {
        steps.add(step);
    }

    /** Has meters made that are not made before they count, once somebody looks for the first time. */
    public void whenLookedAt(Runnable make) {
        unmade.add(make);
    }

    /** Somebody looks: all is to be there. */
    void look() {
        for (Runnable make = unmade.poll(); make != null; make = unmade.poll()) {
            make.run();
        }
    }

    /** Forgets a meter. */
    public void remove(Meter meter) {
        registry.remove(meter);
    }

    /** Moves rates and windows on: every {@link #TICK_MS}. */
    public void tick() {
        steps.forEach(Runnable::run);
        registry.tick();
        paces.forEach(Pace::tick);
    }

    /** How many there are: meters, and places in tables. */
    long size() {
        return registry.getMeters().size()
                + tables.stream().mapToLong(Table::size).sum();
    }

    List<Meter> meters() {
        return registry.getMeters();
    }

    List<Table<?>> tables() {
        return tables;
    }
}
