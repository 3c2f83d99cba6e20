package io.millrace.client.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.client.ClientConfig;
import io.millrace.client.consumer.Consumer;
import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.consumer.OffsetReset;
import io.millrace.client.producer.Producer;
import io.millrace.client.producer.ProducerRecord;
import io.millrace.client.testing.FakeCluster;
import io.millrace.client.testing.FakeLogs;
import io.millrace.client.testing.FakeReads;
import io.millrace.protocol.TopicPartition;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class MetersTest {
    private final FakeCluster cluster = new FakeCluster(1).topic("t", 1);
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final ClientConfig config =
            ClientConfig.builder(cluster.bootstrap()).clientId("me").build();

    @AfterEach
    void close() {
        cluster.close();
    }

    private double counter(String name) {
        return registry.get(name).tag("client.id", "me").functionCounter().count();
    }

    private double gauge(String name) {
        return registry.get(name).tag("client.id", "me").gauge().value();
    }

    @Test
    void aProducersFiguresAreMeters() {
        new FakeLogs(cluster);
        try (Producer producer = Producer.open(config);
                ProducerMeters meters = new ProducerMeters(producer, Tags.of("host", "h1"))) {
            meters.bindTo(registry);
            for (int i = 0; i < 10; i++) {
                producer.send(ProducerRecord.of("t", "value " + i));
            }
            producer.flush().toCompletableFuture().join();
            assertEquals(10, counter("kafka.producer.record.send.total"));
            assertEquals(0, counter("kafka.producer.record.error.total"));
            assertEquals(0, counter("millrace.producer.record.drop.total"));
            assertTrue(counter("millrace.producer.batch.byte.total") > 60);
            assertEquals(gauge("kafka.producer.buffer.total.bytes"), gauge("kafka.producer.buffer.available.bytes"));
            var latency = registry.get("millrace.producer.send.latency")
                    .tag("host", "h1")
                    .timer();
            assertEquals(latency.count(), (long) counter("millrace.producer.batch.send.total"));
            assertEquals(3, latency.takeSnapshot().percentileValues().length);
            assertTrue(latency.max(TimeUnit.SECONDS) > 0 && latency.max(TimeUnit.SECONDS) < 60);
            assertEquals(producer.metrics().batchesSent(), (long) counter("millrace.producer.batch.send.total"));
        }
        assertEquals(List.of(), registry.getMeters());
    }

    @Test
    void aConsumersFiguresAreMeters() {
        FakeReads reads = new FakeReads(cluster);
        reads.append("t", 0, "a");
        reads.append("t", 0, "b");
        try (Consumer consumer = Consumer.open(ConsumerConfig.builder(config)
                        .offsetReset(OffsetReset.EARLIEST)
                        .build());
                ConsumerMeters meters = new ConsumerMeters(consumer)) {
            meters.bindTo(registry);
            consumer.assign(List.of(new TopicPartition("t", 0)));
            int polls = 0;
            for (int read = 0; read < 2; polls++) {
                read += consumer.poll(Duration.ofSeconds(20)).size();
            }
            assertEquals(2, counter("kafka.consumer.fetch.manager.records.consumed.total"));
            assertTrue(counter("kafka.consumer.fetch.manager.fetch.total") >= 1);
            assertTrue(counter("millrace.consumer.fetch.byte.total") > 100);
            assertEquals(0, gauge("millrace.consumer.lag.records"));
            assertEquals(
                    0, registry.get("millrace.consumer.lag.time").timeGauge().value());
            assertTrue(registry.get("millrace.consumer.fetch.latency").timer().count() >= 1);
            assertEquals(
                    polls, registry.get("millrace.consumer.record.age").timer().count());
            assertTrue(consumer.metrics().fetchP99().compareTo(Duration.ZERO) > 0);
        }
        assertEquals(List.of(), registry.getMeters());
    }
}
