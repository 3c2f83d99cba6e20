package io.millrace.broker.replica;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.Endpoint;

/**
 * How often a leader is asked, and how much it gives: Kafka's FetcherStats.
 *
 * <p>Threading: the lane of its fetcher.
 */
final class FetcherMeters {
    private final MeterRegistry registry;
    private String address = ":"; // which the counters are of
    private Counter requests;
    private Counter bytes;

    FetcherMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** A leader is asked; it may have moved since it was the last time. */
    void asks(BrokerRegistration leader) {
        Endpoint endpoint = leader.endpoints().get(0);
        String now = endpoint.host() + ":" + endpoint.port();
        if (!now.equals(address)) {
            forget();
            Tags tags = Tags.of(
                    "clientId", "ReplicaFetcherThread-0-" + leader.id(),
                    "brokerHost", endpoint.host(),
                    "brokerPort", Integer.toString(endpoint.port()));
            requests = registry.counter("kafka.server.FetcherStats.RequestsPerSec", tags);
            bytes = registry.counter("kafka.server.FetcherStats.BytesPerSec", tags);
            address = now;
        }
        requests.increment();
    }

    void took(long count) {
        bytes.increment((double) count);
    }

    /** Nobody is followed there any more. */
    void forget() {
        if (!address.equals(":")) {
            registry.remove(requests);
            registry.remove(bytes);
            address = ":";
        }
    }
}
