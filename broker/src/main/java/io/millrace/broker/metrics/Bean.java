package io.millrace.broker.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.management.Attribute;
import javax.management.AttributeList;
import javax.management.AttributeNotFoundException;
import javax.management.DynamicMBean;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanInfo;

/**
 * Something whose numbers are shown as attributes of an MBean; read only.
 *
 * <p>Threading: immutable; what it shows is asked for on any thread.
 */
final class Bean<T> implements DynamicMBean {
    private static final List<Trait<LeanSummary>> HISTOGRAM = new ArrayList<>();
    private static final List<Trait<LeanTimer>> TIMER = new ArrayList<>();
    private static final List<Trait<Gauge>> GAUGE = List.of(new Trait<>("Value", "double", Gauge::value));
    private static final List<Trait<RateMeter>> METER = List.of(
            new Trait<>("Count", "long", RateMeter::total),
            new Trait<>("MeanRate", "double", m -> m.rates().mean(m.total(), System.nanoTime()) * scale(m)),
            new Trait<>("OneMinuteRate", "double", m -> m.rates().oneMinute() * scale(m)),
            new Trait<>("FiveMinuteRate", "double", m -> m.rates().fiveMinute() * scale(m)),
            new Trait<>("FifteenMinuteRate", "double", m -> m.rates().fifteenMinute() * scale(m)),
            new Trait<>("EventType", "java.lang.String", m -> "events"),
            new Trait<>("RateUnit", "java.util.concurrent.TimeUnit", m -> unit(m)));

    static {
        addSpread(HISTOGRAM);
        addSpread(TIMER);
        TIMER.add(new Trait<>("MeanRate", "double", t -> t.rates().mean(t.values(), System.nanoTime())));
        TIMER.add(new Trait<>("OneMinuteRate", "double", t -> t.rates().oneMinute()));
        TIMER.add(new Trait<>("FiveMinuteRate", "double", t -> t.rates().fiveMinute()));
        TIMER.add(new Trait<>("FifteenMinuteRate", "double", t -> t.rates().fifteenMinute()));
        TIMER.add(new Trait<>("EventType", "java.lang.String", t -> "calls"));
        TIMER.add(new Trait<>("RateUnit", "java.util.concurrent.TimeUnit", t -> TimeUnit.SECONDS));
        TIMER.add(new Trait<>("LatencyUnit", "java.util.concurrent.TimeUnit", t -> TimeUnit.MILLISECONDS));
    }

    private final T thing;
    private final List<Trait<T>> traits;

    /** An attribute. */
    record Trait<T>(String name, String type, Function<? super T, ?> value) {}

    Bean(T thing, List<Trait<T>> traits) {
        this.thing = thing;
        this.traits = traits;
    }

    static Bean<?> of(Meter meter) {
        if (meter instanceof RateMeter rate) {
            return new Bean<>(rate, METER);
        }
        if (meter instanceof LeanTimer timer) {
            return new Bean<>(timer, TIMER);
        }
        return meter instanceof LeanSummary summary
                ? new Bean<>(summary, HISTOGRAM)
                : new Bean<>((Gauge) meter, GAUGE);
    }

    private static <H extends Histogram> void addSpread(List<Trait<H>> traits) {
        traits.add(new Trait<>("Count", "long", Histogram::values));
        traits.add(shape("Min", Spread.Shape::least));
        traits.add(shape("Max", Spread.Shape::most));
        traits.add(shape("Mean", Spread.Shape::mean));
        traits.add(shape("StdDev", Spread.Shape::deviation));
        traits.add(shape("50thPercentile", shape -> shape.percentile(0.5)));
        traits.add(shape("75thPercentile", shape -> shape.percentile(0.75)));
        traits.add(shape("95thPercentile", shape -> shape.percentile(0.95)));
        traits.add(shape("98thPercentile", shape -> shape.percentile(0.98)));
        traits.add(shape("99thPercentile", shape -> shape.percentile(0.99)));
        traits.add(shape("999thPercentile", shape -> shape.percentile(0.999)));
    }

    private static <H extends Histogram> Trait<H> shape(String name, Function<Spread.Shape, Double> value) {
        return new Trait<>(name, "double", h -> value.apply(h.spread().shape()) / h.unit());
    }

    /** A meter of time that threads spend tells a share: nanoseconds a nanosecond. */
    static double scale(RateMeter meter) {
        return TimeUnit.NANOSECONDS.name().equals(meter.getId().getBaseUnit()) ? 1e-9 : 1;
    }

    private static TimeUnit unit(RateMeter meter) {
        return scale(meter) == 1 ? TimeUnit.SECONDS : TimeUnit.NANOSECONDS;
    }

    @Override
    public Object getAttribute(String name) throws AttributeNotFoundException {
        for (Trait<T> trait : traits) {
            if (trait.name().equals(name)) {
                return trait.value().apply(thing);
            }
        }
        throw new AttributeNotFoundException(name);
    }

    @Override
    public AttributeList getAttributes(String[] names) {
        AttributeList all = new AttributeList();
        for (String name : names) {
            try {
                all.add(new Attribute(name, getAttribute(name)));
            } catch (AttributeNotFoundException e) {
                continue; // what is not there is left out: so the interface wants it
            }
        }
        return all;
    }

    @Override
    public void setAttribute(Attribute attribute) throws AttributeNotFoundException {
        throw new AttributeNotFoundException(attribute.getName() + " cannot be set");
    }

    @Override
    public AttributeList setAttributes(AttributeList attributes) {
        return new AttributeList();
    }

    @Override
    public Object invoke(String action, Object[] parameters, String[] signature) {
        throw new UnsupportedOperationException(action);
    }

    @Override
    public MBeanInfo getMBeanInfo() {
        MBeanAttributeInfo[] attributes = traits.stream()
                .map(trait -> new MBeanAttributeInfo(trait.name(), trait.type(), "", true, false, false))
                .toArray(MBeanAttributeInfo[]::new);
        return new MBeanInfo(thing.getClass().getName(), "", attributes, null, null, null);
    }
}
