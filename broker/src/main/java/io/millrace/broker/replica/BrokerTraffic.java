package io.millrace.broker.replica;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What went in and out of all topics on this broker: the sums, which are there from the start, and those of each topic.
 *
 * <p>Threading: any thread, without a lock.
 */
public final class BrokerTraffic {
    private final MeterRegistry registry;
    private final TopicTraffic all;
    private final Map<String, OfTopic> topics = new ConcurrentHashMap<>();

    BrokerTraffic(MeterRegistry registry) {
        this.registry = registry;
        this.all = new TopicTraffic(registry, Tags.empty());
        for (TopicCount what : TopicCount.values()) {
            all.add(what, 0);
        }
    }

    /** Where what is counted beside it is made. */
    public MeterRegistry registry() {
        return registry;
    }

    /** Counts for all topics together: for what has no topic here. */
    public void add(TopicCount what, long amount) {
        all.add(what, amount);
    }

    /** Counts for one topic, and so for all. */
    public final class OfTopic {
        private final TopicTraffic own;

        private OfTopic(String topic) {
            this.own = new TopicTraffic(registry, Tags.of("topic", topic));
        }

        public void add(TopicCount what, long amount) {
            all.add(what, amount);
            if (what.isOfEach()) {
                own.add(what, amount);
            }
        }
    }

    OfTopic of(String topic) {
        return topics.computeIfAbsent(topic, OfTopic::new);
    }

    /** No partition of the topic is here any more. */
    void forget(String topic) {
        OfTopic gone = topics.remove(topic);
        if (gone != null) {
            gone.own.forget();
        }
    }
}
