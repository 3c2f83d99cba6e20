package io.millrace.broker.api.data;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * What is counted of waits that came to nothing, and of messages that were converted for old clients: Kafka's
 * DelayedProduceMetrics and DelayedFetchMetrics, and two of its RequestMetrics.
 *
 * <p>Threading: any thread, without a lock.
 */
final class DataMeters {
    private static final double NANOS_PER_MS = 1e6;
    private static final String REQUESTS = "kafka.network.RequestMetrics.";

    private final Counter expiredProduces;
    private final Counter expiredConsumerFetches;
    private final Counter expiredFollowerFetches;
    private final Conversions ofProduce;
    private final Conversions ofFetch;

    /** Who makes it twice with the same registry has the same meters. */
    DataMeters(MeterRegistry registry) {
        this.expiredProduces = registry.counter("kafka.server.DelayedProduceMetrics.ExpiresPerSec");
        String fetches = "kafka.server.DelayedFetchMetrics.ExpiresPerSec";
        this.expiredConsumerFetches = registry.counter(fetches, "fetcherType", "consumer");
        this.expiredFollowerFetches = registry.counter(fetches, "fetcherType", "follower");
        this.ofProduce = new Conversions(registry, "Produce");
        this.ofFetch = new Conversions(registry, "Fetch");
    }

    /** The conversions for one kind of request. */
    static final class Conversions {
        private final DistributionSummary time;
        private final DistributionSummary memory;

        private Conversions(MeterRegistry registry, String request) {
            this.time = DistributionSummary.builder(REQUESTS + "MessageConversionsTimeMs")
                    .tag("request", request)
                    .baseUnit("milliseconds")
                    .register(registry);
            this.memory = DistributionSummary.builder(REQUESTS + "TemporaryMemoryBytes")
                    .tag("request", request)
                    .register(registry);
        }

        /** @param bytes that it made anew */
        void done(long nanos, long bytes) {
            time.record(nanos / NANOS_PER_MS);
            memory.record((double) bytes);
        }
    }

    Conversions ofProduce() {
        return ofProduce;
    }

    Conversions ofFetch() {
        return ofFetch;
    }

    /** Records were not committed in time. */
    void produceExpired() {
        expiredProduces.increment();
    }

    /** There was not enough in time. */
    void fetchExpired(Reading by) {
        (by instanceof Reading.ByFollower ? expiredFollowerFetches : expiredConsumerFetches).increment();
    }
}
