package io.millrace.broker.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    private static final List<Trait<LeanSummary>> HISTOGRAM = spread();
    private static final List<Trait<LeanTimer>> TIMER = timer();
    private static final List<Trait<Gauge>> GAUGE = List.of(new Trait<>("Value", "double", Gauge::value));
    private static final List<Trait<RateMeter>> METER = List.of(
            new Trait<>("Count", "long", RateMeter::total),
            new Trait<>("MeanRate", "double", m -> m.rates().mean(m.total(), System.nanoTime()) * scale(m)),
            new Trait<>("OneMinuteRate", "double", m -> m.rates().oneMinute() * scale(m)),
            new Trait<>("FiveMinuteRate", "double", m -> m.rates().fiveMinute() * scale(m)),
            new Trait<>("FifteenMinuteRate", "double", m -> m.rates().fifteenMinute() * scale(m)),
            new Trait<>("EventType", "java.lang.String", m -> "events"),
            new Trait<>("RateUnit", "java.util.concurrent.TimeUnit", m -> unit(m)));

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
        return meter instanceof LeanSummary summary ? new Bean<>(summary, HISTOGRAM) : new Bean<>((Gauge) meter, GAUGE);
    }

    private static <H extends Histogram> List<Trait<H>> spread() {
        return List.of(
                new Trait<>("Count", "long", Histogram::values),
                shape("Min", Spread.Shape::least),
                shape("Max", Spread.Shape::most),
                shape("Mean", Spread.Shape::mean),
                shape("StdDev", Spread.Shape::deviation),
                shape("50thPercentile", shape -> shape.percentile(0.5)),
                shape("75thPercentile", shape -> shape.percentile(0.75)),
                shape("95thPercentile", shape -> shape.percentile(0.95)),
                shape("98thPercentile", shape -> shape.percentile(0.98)),
                shape("99thPercentile", shape -> shape.percentile(0.99)),
                shape("999thPercentile", shape -> shape.percentile(0.999)));
    }

    private static List<Trait<LeanTimer>> timer() {
        List<Trait<LeanTimer>> traits = new ArrayList<>(spread());
        traits.add(new Trait<>("MeanRate", "double", t -> t.rates().mean(t.values(), System.nanoTime())));
        traits.add(new Trait<>("OneMinuteRate", "double", t -> t.rates().oneMinute()));
        traits.add(new Trait<>("FiveMinuteRate", "double", t -> t.rates().fiveMinute()));
        traits.add(new Trait<>("FifteenMinuteRate", "double", t -> t.rates().fifteenMinute()));
        traits.add(new Trait<>("EventType", "java.lang.String", t -> "calls"));
        traits.add(new Trait<>("RateUnit", "java.util.concurrent.TimeUnit", t -> TimeUnit.SECONDS));
        traits.add(new Trait<>("LatencyUnit", "java.util.concurrent.TimeUnit", t -> TimeUnit.MILLISECONDS));
        return List.copyOf(traits);
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

    private Optional<Trait<T>> find(String name) {
        return traits.stream().filter(trait -> trait.name().equals(name)).findFirst();
    }

    @Override
    public Object getAttribute(String name) throws AttributeNotFoundException {
        return find(name)
                .orElseThrow(() -> new AttributeNotFoundException(name))
                .value()
                .apply(thing);
    }

    /** What is not there is left out: so the interface wants it. */
    @Override
    public AttributeList getAttributes(String[] names) {
        AttributeList all = new AttributeList();
        for (String name : names) {
            find(name)
                    .ifPresent(
                            trait -> all.add(new Attribute(name, trait.value().apply(thing))));
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
