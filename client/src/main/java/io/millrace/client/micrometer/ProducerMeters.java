package io.millrace.client.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.millrace.client.producer.Producer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A producer's figures as Micrometer's meters. Names that begin with {@code kafka.} mean what they do with Micrometer's
 * binder for kafka-clients; those that begin with {@code millrace.} are ours. All have the tag {@code client.id}.
 *
 * <pre>
 * new ProducerMeters(producer).bindTo(registry);
 * </pre>
 *
 * <p>Latencies are recorded once for each batch, on the I/O thread. The timer publishes percentiles; a MeterFilter of the
 * registry may have it publish a histogram instead.
 *
 * <p>Threading: any thread.
 */
public final class ProducerMeters implements MeterBinder, AutoCloseable {
    private final Producer producer;
    private final Tags tags;
    private final List<Meters<Producer>> bound = new CopyOnWriteArrayList<>();

    /** For this producer. */
    public ProducerMeters(Producer producer) {
        this(producer, List.of());
    }

    /** For this producer, with tags beside {@code client.id}. */
    public ProducerMeters(Producer producer, Iterable<Tag> tags) {
        this.producer = producer;
        this.tags = Tags.of("client.id", producer.clientId()).and(tags);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Meters<Producer> meters = new Meters<>(registry, producer, tags);
        bound.add(meters);
        meters.counter("kafka.producer.record.send.total", "records", "Records that were acknowledged", p -> p.metrics()
                .recordsSent());
        meters.counter("kafka.producer.record.error.total", "records", "Records that failed", p -> p.metrics()
                .recordsFailed());
        meters.counter(
                "millrace.producer.record.drop.total",
                "records",
                "Records for which there was no room",
                p -> p.metrics().recordsDropped());
        meters.counter(
                "millrace.producer.batch.send.total", "batches", "Batches sent, each attempt counted", p -> p.metrics()
                        .batchesSent());
        meters.counter("millrace.producer.batch.retry.total", "batches", "Batches sent again", p -> p.metrics()
                .batchesAgain());
        meters.counter(
                "kafka.producer.batch.split.total", "batches", "Batches that a broker found too large", p -> p.metrics()
                        .batchesSplit());
        meters.counter(
                "millrace.producer.batch.byte.total",
                BaseUnits.BYTES,
                "Bytes of batches sent, each attempt counted",
                p -> p.metrics().bytesSent());
        meters.counter("millrace.producer.produce.total", "requests", "Produce requests", p -> p.metrics()
                .requestsSent());
        meters.counter(
                "millrace.producer.epoch.begin.total",
                "epochs",
                "How often a partition's numbers began anew, after an outcome that nobody knows",
                p -> p.metrics().epochsBegun());
        meters.gauge("kafka.producer.buffer.total.bytes", BaseUnits.BYTES, "buffer.memory", p -> p.metrics()
                .bufferMemory());
        meters.gauge("kafka.producer.buffer.available.bytes", BaseUnits.BYTES, "What is free of buffer.memory", p -> {
            var now = p.metrics();
            return now.bufferMemory() - now.bufferUsed();
        });
        producer.onLatency(meters.timer(
                "millrace.producer.send.latency",
                "From a batch's first record to its acknowledgement, for each batch"));
    }

    /** Takes the meters out of the registries again. */
    @Override
    public void close() {
        bound.forEach(Meters::remove);
        bound.clear();
    }
}
