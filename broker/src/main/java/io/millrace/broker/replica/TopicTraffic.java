package io.millrace.broker.replica;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What went in and out of one topic on this broker, or of all together. A meter is made when it first counts.
 *
 * <p>Threading: any thread, without a lock.
 */
public final class TopicTraffic {
    private final MeterRegistry registry;
    private final Tags tags;
    private final AtomicReferenceArray<Counter> counters = new AtomicReferenceArray<>(TopicCount.values().length);

    TopicTraffic(MeterRegistry registry, Tags tags) {
        this.registry = registry;
        this.tags = tags;
    }

    @SuppressWarnings("EnumOrdinal") // a place in an array that nobody keeps longer than the enum
    void add(TopicCount what, long amount) {
        Counter counter = counters.getPlain(what.ordinal());
        if (counter == null) {
            counter = registry.counter(what.meter(), tags);
            counters.set(what.ordinal(), counter);
        }
        counter.increment((double) amount);
    }

    /** Removes the meters: the topic is not here any more. */
    void forget() {
        for (int i = 0; i < counters.length(); i++) {
            Counter counter = counters.get(i);
            if (counter != null) {
                registry.remove(counter);
            }
        }
    }
}
