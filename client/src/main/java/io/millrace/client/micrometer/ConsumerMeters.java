package io.millrace.client.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.millrace.client.consumer.Consumer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A consumer's figures as Micrometer's meters. Names that begin with {@code kafka.} mean what they do with Micrometer's
 * binder for kafka-clients; those that begin with {@code millrace.} are ours. All have the tag {@code client.id}.
 *
 * <pre>
 * new ConsumerMeters(consumer).bindTo(registry);
 * </pre>
 *
 * <p>Latencies are recorded once for each fetch and for each poll. The timers publish percentiles; a MeterFilter of the
 * registry may have them publish histograms instead.
 *
 * <p>Threading: any thread.
 */
public final class ConsumerMeters implements MeterBinder, AutoCloseable {
    private final Consumer consumer;
    private final Tags tags;
    private final List<Meters<Consumer>> bound = new CopyOnWriteArrayList<>();

    /** For this consumer. */
    public ConsumerMeters(Consumer consumer) {
        this(consumer, List.of());
    }

    /** For this consumer, with tags beside {@code client.id}. */
    public ConsumerMeters(Consumer consumer, Iterable<Tag> tags) {
        this.consumer = consumer;
        this.tags = Tags.of("client.id", consumer.clientId()).and(tags);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Meters<Consumer> meters = new Meters<>(registry, consumer, tags);
        bound.add(meters);
        meters.counter(
                "kafka.consumer.fetch.manager.records.consumed.total",
                "records",
                "Records that polls returned",
                c -> c.metrics().recordsRead());
        meters.counter("kafka.consumer.fetch.manager.fetch.total", "requests", "Requests for records", c -> c.metrics()
                .fetches());
        meters.counter(
                "millrace.consumer.fetch.byte.total",
                BaseUnits.BYTES,
                "Bytes of batches fetched, as they lie at the brokers",
                c -> c.metrics().bytesFetched());
        meters.gauge("millrace.consumer.buffer.used.bytes", BaseUnits.BYTES, "Fetched or asked for", c -> c.metrics()
                .bufferUsed());
        meters.gauge("millrace.consumer.buffer.total.bytes", BaseUnits.BYTES, "fetch.buffer.bytes", c -> c.metrics()
                .bufferBytes());
        meters.gauge("millrace.consumer.lag.records", "records", "How many records it is behind", c -> c.lag()
                .records());
        meters.timeGauge("millrace.consumer.lag.time", "How much time it is behind", c -> c.lag()
                .time()
                .toMillis());
        consumer.onFetchLatency(meters.timer(
                "millrace.consumer.fetch.latency",
                "From a request for records to its answer, the time that a broker waits for records included"));
        consumer.onRecordAge(meters.timer(
                "millrace.consumer.record.age",
                "From the timestamp of a poll's first record to the poll: end to end, as right as the clocks"));
    }

    /** Takes the meters out of the registries again. */
    @Override
    public void close() {
        bound.forEach(Meters::remove);
        bound.clear();
    }
}
