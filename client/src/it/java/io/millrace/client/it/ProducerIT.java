package io.millrace.client.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.ClientConfig;
import io.millrace.client.net.ClientRuntime;
import io.millrace.client.producer.Acks;
import io.millrace.client.producer.Producer;
import io.millrace.client.producer.ProducerConfig;
import io.millrace.client.producer.ProducerRecord;
import io.millrace.client.producer.RecordMetadata;
import io.millrace.client.producer.SendCallback;
import io.millrace.client.testing.BrokerProcess;
import io.millrace.client.testing.KafkaClients;
import io.millrace.protocol.compress.Compression;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Our producer, a real broker, and kafka-clients' consumer. */
@Timeout(120)
final class ProducerIT {
    private static final long NOON = 1_767_355_200_000L;

    @TempDir
    private static Path directory;

    private static BrokerProcess broker;
    private static KafkaClients kafka;

    @BeforeAll
    static void start() {
        broker = BrokerProcess.start(directory, "num.partitions=3");
        kafka = new KafkaClients(broker.bootstrap());
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static ProducerConfig.Builder config() {
        return ProducerConfig.builder(ClientConfig.builder(broker.bootstrap())
                .reconnectBackoff(Duration.ofMillis(20), Duration.ofMillis(100))
                .build());
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void kafkaClientsReadWhatWeSend(Compression codec) {
        String topic = "codec-" + codec.text();
        kafka.createTopic(topic, 2);
        List<CompletionStage<RecordMetadata>> sent = new ArrayList<>();
        try (Producer producer = Producer.open(config().compression(codec).build())) {
            for (int i = 0; i < 5_000; i++) {
                ProducerRecord.Builder record = ProducerRecord.builder(topic)
                        .partition(i % 2)
                        .timestamp(NOON + i)
                        .header("trace", Integer.toString(i))
                        .header("empty", new byte[0]);
                if (i % 10 != 0) {
                    record.key("key " + i % 37);
                }
                if (i % 11 != 0) {
                    record.value("value " + i + " " + "é".repeat(i % 300));
                }
                sent.add(producer.send(record.build()));
            }
            for (int i = 0; i < sent.size(); i++) {
                RecordMetadata where = sent.get(i).toCompletableFuture().join();
                assertEquals(i / 2, where.offset());
                assertEquals(NOON + i, where.timestamp());
            }
        }
        List<ConsumerRecord<byte[], byte[]>> read = kafka.readAll(topic);
        assertEquals(5_000, read.size());
        for (ConsumerRecord<byte[], byte[]> record : read) {
            int i = (int) record.offset() * 2 + record.partition();
            assertEquals(NOON + i, record.timestamp());
            assertArrayEquals(i % 10 != 0 ? bytes("key " + i % 37) : null, record.key());
            assertArrayEquals(i % 11 != 0 ? bytes("value " + i + " " + "é".repeat(i % 300)) : null, record.value());
            assertArrayEquals(
                    bytes(Integer.toString(i)), record.headers().lastHeader("trace").value());
            assertEquals(2, record.headers().toArray().length);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void keysMeetInThePartitionThatKafkaClientsChoose() {
        kafka.createTopic("keys", 7);
        try (Producer ours = Producer.open(config().build());
                var theirs = kafka.producer()) {
            for (int i = 0; i < 200; i++) {
                String key = "key " + i;
                int our = ours.send(ProducerRecord.of("keys", key, "v"))
                        .toCompletableFuture()
                        .join()
                        .partition();
                int their = theirs.partitionsFor("keys").size() == 7
                        ? join(theirs.send(new org.apache.kafka.clients.producer.ProducerRecord<>(
                                "keys", bytes(key), bytes("v"))))
                        : -1;
                assertEquals(their, our, key);
            }
        }
    }

    private static int join(java.util.concurrent.Future<org.apache.kafka.clients.producer.RecordMetadata> sent) {
        try {
            return sent.get().partition();
        } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @EnumSource(Acks.class)
    void recordsOfAllSizesArriveWhoeverHasToAcknowledge(Acks acks) {
        String topic = "acks-" + acks;
        kafka.createTopic(topic, 1);
        try (Producer producer = Producer.open(config().acks(acks).build())) {
            for (int size = 1; size < 1_000_000; size = size * 3 / 2 + 1) {
                producer.send(topic, new byte[size], SendCallback.NONE);
            }
        }
        List<Integer> sizes = kafka.readAll(topic).stream()
                .map(record -> record.value().length)
                .toList();
        int i = 0;
        for (int size = 1; size < 1_000_000; size = size * 3 / 2 + 1) {
            assertEquals(size, sizes.get(i++));
        }
    }

    @Test
    void aBrokerThatIsKilledAndStartedAgainLosesAndDoublesNothing() {
        kafka.createTopic("killed", 1);
        AtomicInteger failures = new AtomicInteger();
        AtomicInteger acknowledged = new AtomicInteger();
        try (Producer producer = Producer.open(config().linger(Duration.ofMillis(1)).build())) {
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 20_000; i++) {
                    producer.awaitRoom(Duration.ofSeconds(60));
                    producer.send("killed", bytes(Integer.toString(round * 20_000 + i)), outcome -> {
                        (outcome.isSuccess() ? acknowledged : failures).incrementAndGet();
                    });
                    if (i == 10_000 && round < 2) {
                        broker.kill();
                        broker.restart();
                    }
                }
            }
            producer.flush().toCompletableFuture().join();
        }
        assertEquals(0, failures.get());
        assertEquals(60_000, acknowledged.get());
        List<Integer> stored = kafka.readAll("killed").stream()
                .map(record -> Integer.parseInt(new String(record.value(), StandardCharsets.UTF_8)))
                .toList();
        assertEquals(IntStream.range(0, 60_000).boxed().toList(), stored);
    }

    @Test
    void aFrozenBrokerHoldsUpNobodyWhoSends() {
        kafka.createTopic("frozen", 1);
        try (Producer producer =
                Producer.open(config().bufferMemory(1 << 20).batchSize(16 << 10).build())) {
            producer.send(ProducerRecord.of("frozen", "first")).toCompletableFuture().join();
            broker.signal("STOP");
            AtomicInteger refused = new AtomicInteger();
            long worstNs = 0;
            for (int i = 0; i < 20_000; i++) {
                long from = System.nanoTime();
                producer.send("frozen", new byte[200], outcome -> {
                    if (outcome.isFailure()) {
                        refused.incrementAndGet();
                    }
                });
                worstNs = Math.max(worstNs, System.nanoTime() - from);
            }
            broker.signal("CONT");
            producer.flush().toCompletableFuture().join();
            System.out.printf("ProducerIT: longest send with a frozen broker %d us%n", worstNs / 1_000);
            assertTrue(worstNs < 1_000_000_000L, "a send took " + worstNs / 1_000_000 + " ms");
            assertTrue(refused.get() > 0, "the buffer was full");
            assertEquals(20_001 - refused.get(), kafka.readAll("frozen").size());
        }
    }

    @Test
    void producersShareOneThread() {
        kafka.createTopic("shared", 3);
        try (ClientRuntime runtime = ClientRuntime.create()) {
            List<Producer> producers = IntStream.range(0, 50)
                    .mapToObj(i -> Producer.open(config().bufferMemory(1 << 20).build(), runtime))
                    .toList();
            List<CompletionStage<RecordMetadata>> sent = new ArrayList<>();
            for (Producer producer : producers) {
                sent.add(producer.send(ProducerRecord.of("shared", "x")));
            }
            sent.forEach(stage -> stage.toCompletableFuture().join());
            long threads = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("millrace-io"))
                    .count();
            assertEquals(1, threads);
            producers.forEach(Producer::close);
        }
        assertEquals(50, kafka.readAll("shared").size());
    }
}
