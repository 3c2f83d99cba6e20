package io.millrace.client.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.net.ClientRuntime;
import io.millrace.client.producer.Acks;
import io.millrace.client.producer.Partitioner;
import io.millrace.client.producer.Producer;
import io.millrace.client.producer.ProducerConfig;
import io.millrace.client.producer.ProducerRecord;
import io.millrace.client.producer.RecordMetadata;
import io.millrace.client.producer.SendCallback;
import io.millrace.client.testing.Backend;
import io.millrace.client.testing.ClusterUnderTest;
import io.millrace.client.testing.KafkaClients;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.compress.Compression;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Our producer, a real broker, and kafka-clients' consumer. */
@Timeout(120)
@ParameterizedClass
@EnumSource(Backend.class)
final class ProducerIT {
    private static final long NOON = 1_767_355_200_000L;

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
        long seed = Long.getLong("test.seed", System.nanoTime());
        Random random = new Random(seed);
        List<byte[]> keys = new ArrayList<>(List.of(new byte[0], new byte[1], bytes("é"), bytes("key")));
        while (keys.size() < 5_000) {
            byte[] key = new byte[random.nextInt(40)];
            random.nextBytes(key);
            keys.add(key);
        }
        List<CompletionStage<RecordMetadata>> our = new ArrayList<>();
        List<Future<org.apache.kafka.clients.producer.RecordMetadata>> their = new ArrayList<>();
        try (Producer ours = Producer.open(config().build());
                // more in flight, and its second batch may come to be the first in a topic as new as this
                var theirs = kafka.producer("max.in.flight.requests.per.connection=1")) {
            for (byte[] key : keys) {
                our.add(ours.send(ProducerRecord.of("keys", key, bytes("v"))));
                their.add(theirs.send(new org.apache.kafka.clients.producer.ProducerRecord<>("keys", key, bytes("v"))));
            }
            for (int i = 0; i < keys.size(); i++) {
                assertEquals(
                        partition(their.get(i)),
                        our.get(i).toCompletableFuture().join().partition(),
                        Arrays.toString(keys.get(i)) + ", seed " + seed);
            }
        }
    }

    private static int partition(Future<org.apache.kafka.clients.producer.RecordMetadata> sent) {
        try {
            return sent.get().partition();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void keylessRecordsReachAllPartitionsAndAPartitionerHasTheFirstWord() {
        kafka.createTopic("spread", 4);
        try (Producer producer = Producer.open(config().batchSize(4 << 10)
                .partitioner((topic, key, value, partitions) -> value.length == 1 ? partitions - 1 : Partitioner.ANY)
                .build())) {
            for (int i = 0; i < 4_000; i++) {
                producer.send("spread", new byte[i % 4 == 0 ? 1 : 100], SendCallback.NONE);
            }
        }
        Map<Integer, Long> ones = kafka.readAll("spread").stream()
                .filter(record -> record.value().length == 1)
                .collect(Collectors.groupingBy(ConsumerRecord::partition, Collectors.counting()));
        Set<Integer> others = kafka.readAll("spread").stream()
                .filter(record -> record.value().length > 1)
                .map(ConsumerRecord::partition)
                .collect(Collectors.toSet());
        assertEquals(Map.of(3, 1_000L), ones);
        assertEquals(Set.of(0, 1, 2, 3), others);
    }

    @Test
    void theBrokersTimeIsToldWhereTheTopicWantsIt() {
        kafka.createTopic("appended", 1, "message.timestamp.type=LogAppendTime");
        try (Producer producer = Producer.open(config().build())) {
            RecordMetadata sent = producer.send(ProducerRecord.builder("appended")
                            .timestamp(NOON)
                            .value("v")
                            .build())
                    .toCompletableFuture()
                    .join();
            assertTrue(sent.timestamp() > NOON + 1_000, sent::toString);
            assertEquals(kafka.readAll("appended").get(0).timestamp(), sent.timestamp());
        }
    }

    @Test
    void aBatchThatIsTooLargeForItsTopicGoesInParts() {
        kafka.createTopic("small", 1, "max.message.bytes=20000");
        List<CompletionStage<RecordMetadata>> sent = new ArrayList<>();
        try (Producer producer = Producer.open(
                config().batchSize(256 << 10).linger(Duration.ofMillis(50)).build())) {
            for (int i = 0; i < 300; i++) {
                sent.add(producer.send(ProducerRecord.of("small", "x".repeat(1_000 + i))));
            }
            CompletionStage<RecordMetadata> tooLarge = producer.send(ProducerRecord.of("small", new byte[30_000]));
            for (int i = 0; i < 300; i++) {
                assertEquals(i, sent.get(i).toCompletableFuture().join().offset());
            }
            assertEquals(ErrorCode.MESSAGE_TOO_LARGE, error(tooLarge));
            assertEquals(
                    300,
                    producer.send(ProducerRecord.of("small", "last"))
                            .toCompletableFuture()
                            .join()
                            .offset());
        }
        assertEquals(
                IntStream.range(0, 300).mapToObj(i -> 1_000 + i).toList(),
                kafka.readAll("small").stream()
                        .map(record -> record.value().length)
                        .limit(300)
                        .toList());
    }

    private static ErrorCode error(CompletionStage<RecordMetadata> sent) {
        CompletionException thrown =
                assertThrows(CompletionException.class, () -> sent.toCompletableFuture().join());
        return ((MillraceException) thrown.getCause()).error();
    }

    @Test
    void whatCannotBeSentSaysWhy() {
        kafka.createTopic("one", 1);
        kafka.createTopic("keyed", 1, "cleanup.policy=compact");
        ClientConfig client = ClientConfig.of(broker.bootstrap());
        try (Producer producer = Producer.open(ProducerConfig.builder(client)
                .deliveryTimeout(Duration.ofSeconds(3))
                .build())) {
            CompletionStage<RecordMetadata> nowhere = producer.send(
                    ProducerRecord.builder("one").partition(7).value("v").build());
            assertEquals(
                    ErrorCode.INVALID_TOPIC_EXCEPTION, error(producer.send(ProducerRecord.of("no such name!", "v"))));
            assertEquals(ErrorCode.INVALID_RECORD, error(producer.send(ProducerRecord.of("keyed", "without a key"))));
            assertEquals(
                    0,
                    producer.send(ProducerRecord.of("keyed", "key", "v"))
                            .toCompletableFuture()
                            .join()
                            .offset());
            assertEquals(ErrorCode.INVALID_REQUEST, error(nowhere));
        }
    }

    @Test
    void aTopicThatIsDeletedAndMadeAgainIsWrittenOn() {
        kafka.createTopic("again", 1);
        try (Producer producer = Producer.open(config().build())) {
            for (int i = 0; i < 100; i++) {
                producer.send("again", bytes("old"), SendCallback.NONE);
            }
            producer.flush().toCompletableFuture().join();
            kafka.deleteTopic("again");
            kafka.createTopic("again", 1);
            List<CompletionStage<RecordMetadata>> sent = IntStream.range(0, 100)
                    .mapToObj(i -> producer.send(ProducerRecord.of("again", "new")))
                    .toList();
            for (int i = 0; i < 100; i++) {
                assertEquals(i, sent.get(i).toCompletableFuture().join().offset());
            }
        }
        assertEquals(100, kafka.readAll("again").size());
    }

    @Test
    void withoutIdempotenceOrderHoldsAsWell() {
        kafka.createTopic("plain", 1);
        try (Producer producer =
                Producer.open(config().idempotent(false).batchSize(1 << 10).build())) {
            for (int i = 0; i < 5_000; i++) {
                producer.send("plain", bytes(Integer.toString(i)), SendCallback.NONE);
            }
        }
        assertEquals(
                IntStream.range(0, 5_000).mapToObj(Integer::toString).toList(),
                kafka.readAll("plain").stream()
                        .map(record -> new String(record.value(), StandardCharsets.UTF_8))
                        .toList());
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
        List<Integer> sent = IntStream.iterate(1, size -> size < 1_000_000, size -> size * 3 / 2 + 1)
                .boxed()
                .toList();
        // without acknowledgements they may still be on their way
        Awaitility.await()
                .untilAsserted(() -> assertEquals(
                        sent,
                        kafka.readAll(topic).stream()
                                .map(record -> record.value().length)
                                .toList()));
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
