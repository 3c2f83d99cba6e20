package io.millrace.client.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException.Reason;
import io.millrace.client.MillraceException;
import io.millrace.client.consumer.Consumer;
import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.client.consumer.Lag;
import io.millrace.client.consumer.OffsetReset;
import io.millrace.client.consumer.Position;
import io.millrace.client.testing.Backend;
import io.millrace.client.testing.ClusterUnderTest;
import io.millrace.client.testing.KafkaClients;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Our consumer, a real broker, and kafka-clients' producer. */
@Timeout(120)
@ParameterizedClass
@EnumSource(Backend.class)
final class ConsumerIT {
    private static final long NOON = 1_767_355_200_000L;
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    private static Path directory;

    private static ClusterUnderTest broker;
    private static KafkaClients kafka;

    @Parameter
    Backend backend;

    @BeforeParameterizedClassInvocation
    static void start(Backend tried) {
        broker = tried.start(directory, "num.partitions=3");
        kafka = new KafkaClients(broker.bootstrap());
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        broker.close();
    }

    private static ConsumerConfig.Builder config() {
        return ConsumerConfig.builder(ClientConfig.builder(broker.bootstrap())
                        .reconnectBackoff(Duration.ofMillis(20), Duration.ofMillis(100))
                        .build())
                .offsetReset(OffsetReset.EARLIEST);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void produce(String topic, int partition, int from, int to, String... settings) {
        try (KafkaProducer<byte[], byte[]> producer = kafka.producer(settings)) {
            for (int i = from; i < to; i++) {
                ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                        topic,
                        partition,
                        NOON + i,
                        i % 10 == 0 ? null : bytes("key " + i % 37),
                        i % 11 == 0 ? null : bytes("value " + i + " " + "é".repeat(i % 300)));
                record.headers().add("number", bytes(Integer.toString(i))).add("none", null);
                producer.send(record);
            }
        }
    }

    /** Texts of the next records, which are copied. */
    private static List<String> read(Consumer consumer, int count) {
        List<String> texts = new ArrayList<>();
        long deadline = System.nanoTime() + SOON.toNanos();
        while (texts.size() < count && System.nanoTime() < deadline) {
            consumer.poll(Duration.ofMillis(200)).forEach(record -> texts.add(record.valueText()));
        }
        return texts;
    }

    private static List<String> texts(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    private static void produceTexts(String topic, int from, int to) {
        try (KafkaProducer<byte[], byte[]> producer = kafka.producer()) {
            texts(from, to).forEach(text -> producer.send(new ProducerRecord<>(topic, 0, null, bytes(text))));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void whatKafkaClientsSentIsReadAsItWas(String codec) {
        String topic = "codec-" + codec;
        kafka.createTopic(topic, 2);
        produce(topic, 0, 0, 3_000, "compression.type=" + codec);
        produce(topic, 1, 0, 3_000, "compression.type=" + codec);
        int[] next = {0, 0};
        try (Consumer consumer = Consumer.open(config().maxPollRecords(70).build())) {
            consumer.assign(List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1)));
            while (next[0] + next[1] < 6_000) {
                for (ConsumerRecord record : consumer.poll(SOON)) {
                    int i = next[record.partition()]++;
                    assertEquals(i, record.offset());
                    assertEquals(NOON + i, record.timestamp());
                    assertEquals(i % 10 != 0, record.hasKey());
                    assertEquals(i % 11 != 0, record.hasValue());
                    assertEquals(record.hasKey() ? "key " + i % 37 : "", record.keyText());
                    byte[] value = bytes(i % 11 != 0 ? "value " + i + " " + "é".repeat(i % 300) : "");
                    assertArrayEquals(value, record.valueBytes());
                    assertEquals(value.length, record.value().remaining());
                    assertEquals("number", record.headers().get(0).key());
                    assertArrayEquals(
                            bytes(Integer.toString(i)),
                            record.headers().get(0).value().orElseThrow().toArray());
                    assertTrue(record.headers().get(1).value().isEmpty());
                    assertEquals(0, record.leaderEpoch());
                }
            }
            assertEquals(OptionalLong.of(3_000), consumer.position(new TopicPartition(topic, 0)));
            assertEquals(new Lag(0, Duration.ZERO), consumer.lag());
            assertEquals(6_000, consumer.metrics().recordsRead());
        }
    }

    @Test
    void positionsAreFoundByOffsetTimeBeginningAndEnd() {
        kafka.createTopic("seek", 1);
        produce("seek", 0, 0, 100);
        TopicPartition partition = new TopicPartition("seek", 0);
        try (Consumer consumer = Consumer.open(config().maxPollRecords(1).build())) {
            consumer.assign(List.of(partition));
            assertEquals(0, first(consumer));
            consumer.seek(partition, Position.offset(42));
            assertEquals(OptionalLong.of(42), consumer.position(partition));
            assertEquals(42, first(consumer));
            assertEquals(57, consumer.lag(partition).orElseThrow().records());
            consumer.seek(partition, Position.atTime(Instant.ofEpochMilli(NOON + 77)));
            assertEquals(77, first(consumer));
            consumer.seek(partition, Position.earliest());
            assertEquals(0, first(consumer));
            consumer.seek(partition, Position.latest());
            assertEquals(List.of(), consumer.poll(Duration.ofMillis(700)));
            assertEquals(OptionalLong.of(100), consumer.position(partition));
            produce("seek", 0, 100, 101);
            assertEquals(100, first(consumer));
            consumer.seek(partition, Position.offset(5_000)); // beyond the end
            assertEquals(0, first(consumer));
        }
        try (Consumer consumer =
                Consumer.open(config().offsetReset(OffsetReset.NONE).build())) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, Position.offset(5_000));
            MillraceException thrown = assertThrows(MillraceException.class, () -> consumer.poll(SOON));
            assertEquals(ErrorCode.OFFSET_OUT_OF_RANGE, thrown.error());
            consumer.seek(partition, Position.offset(99));
            assertEquals(99, first(consumer));
        }
    }

    private static long first(Consumer consumer) {
        return consumer.poll(SOON).get(0).offset();
    }

    @Test
    void aPausedPartitionKeepsItsPlace() {
        kafka.createTopic("pause", 2);
        produce("pause", 0, 0, 1_000);
        produce("pause", 1, 0, 10);
        TopicPartition busy = new TopicPartition("pause", 0);
        TopicPartition other = new TopicPartition("pause", 1);
        try (Consumer consumer = Consumer.open(config().maxPollRecords(100).build())) {
            consumer.assign(List.of(busy));
            assertEquals(100, consumer.poll(SOON).size());
            consumer.pause(List.of(busy));
            consumer.assign(List.of(busy, other));
            int seen = 0;
            while (seen < 10) {
                for (ConsumerRecord record : consumer.poll(SOON)) {
                    assertEquals(1, record.partition());
                    seen++;
                }
            }
            assertEquals(1, consumer.paused().size());
            consumer.resume(List.of(busy));
            assertEquals(100, first(consumer));
        }
    }

    @Test
    void aBrokerThatIsKilledAndStartedAgainIsReadOn() {
        kafka.createTopic("killed", 1);
        produceTexts("killed", 0, 1_000);
        try (Consumer consumer = Consumer.open(config().build())) {
            consumer.assign(List.of(new TopicPartition("killed", 0)));
            List<String> seen = new ArrayList<>(read(consumer, 1_000));
            broker.kill();
            assertEquals(0, consumer.poll(Duration.ofMillis(300)).size());
            broker.restart();
            produceTexts("killed", 1_000, 2_000);
            seen.addAll(read(consumer, 1_000));
            assertEquals(texts(0, 2_000), seen);
        }
    }

    @Test
    void littleMemoryIsEnoughForALargeTopic() {
        kafka.createTopic("large", 4);
        byte[] value = new byte[10_000];
        try (KafkaProducer<byte[], byte[]> producer = kafka.producer()) {
            for (int i = 0; i < 4_000; i++) {
                producer.send(new ProducerRecord<>("large", i % 4, null, value));
            }
        }
        try (Consumer consumer = Consumer.open(config().fetchBufferBytes(1 << 20)
                .maxPartitionFetchBytes(100_000)
                .build())) {
            consumer.assign(IntStream.range(0, 4)
                    .mapToObj(i -> new TopicPartition("large", i))
                    .toList());
            int seen = 0;
            long most = 0;
            while (seen < 4_000) {
                List<ConsumerRecord> records = consumer.poll(SOON);
                assertFalse(records.isEmpty(), "after " + seen);
                seen += records.size();
                most = Math.max(most, consumer.metrics().bufferUsed());
            }
            assertTrue(most <= 1 << 20, most + " bytes");
        }
    }

    @Test
    void wakeupAndCloseEndAPoll() {
        kafka.createTopic("quiet", 1);
        Consumer consumer = Consumer.open(config().build());
        consumer.assign(List.of(new TopicPartition("quiet", 0)));
        consumer.wakeup();
        assertEquals(0, consumer.poll(Duration.ofHours(1)).size());
        CompletableFuture<Void> polling = CompletableFuture.runAsync(() -> {
            MillraceException thrown =
                    assertThrows(MillraceException.class, () -> consumer.poll(Duration.ofHours(1)));
            assertEquals(Reason.CLOSED, thrown.reason());
        });
        consumer.close(Duration.ofSeconds(10));
        polling.join();
    }
}
