package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records through kafka-clients' producer and consumer. */
@Timeout(60)
final class ProduceConsumeIT {
    private static final long NOON = 1_767_355_200_000L;

    @TempDir
    private static Path directory;

    private static BrokerProcess broker;
    private static Clients clients;

    @BeforeAll
    static void start() {
        broker = BrokerProcess.start(directory, "num.partitions=3", "group.initial.rebalance.delay.ms=0");
        clients = broker.clients();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void recordsComeBackAsTheyWereSent(String codec) throws Exception {
        String topic = "codec-" + codec;
        clients.createTopic(topic, 2);
        List<ProducerRecord<String, String>> sent = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            String key = i % 10 == 0 ? null : "key " + i % 37;
            String value = i % 11 == 0 ? null : "value " + i + " " + "é".repeat(i % 300);
            ProducerRecord<String, String> record =
                    new ProducerRecord<>(topic, i % 2, NOON + i, key, value);
            record.headers().add("trace", Integer.toString(i).getBytes(StandardCharsets.UTF_8));
            record.headers().add("trace", new byte[0]);
            record.headers().add("empty", null);
            sent.add(record);
        }

        try (KafkaProducer<String, String> producer = clients.producer("compression.type=" + codec, "linger.ms=20")) {
            List<Future<RecordMetadata>> answers = sent.stream().map(producer::send).toList();
            for (int i = 0; i < answers.size(); i++) {
                assertEquals(i / 2, answers.get(i).get().offset());
            }
        }

        List<ConsumerRecord<String, String>> read = clients.readAll(topic);
        assertEquals(sent.size(), read.size());
        for (ConsumerRecord<String, String> record : read) {
            ProducerRecord<String, String> original = sent.get((int) record.offset() * 2 + record.partition());
            assertEquals(original.key(), record.key());
            assertEquals(original.value(), record.value());
            assertEquals(original.timestamp(), record.timestamp());
            assertEquals(original.headers(), record.headers());
            assertEquals(TimestampType.CREATE_TIME, record.timestampType());
            assertEquals(0, record.leaderEpoch().orElseThrow());
        }
    }

    /** A leader that is told of before it leads would refuse the first of five batches, and take the second as the first. */
    @Test
    void nobodyIsTooEarlyForATopicThatHisRecordsMake() throws Exception {
        try (KafkaProducer<String, String> producer =
                clients.producer("batch.size=0", "linger.ms=0", "request.timeout.ms=5000", "delivery.timeout.ms=20000")) {
            for (int round = 0; round < 5; round++) {
                List<List<Future<RecordMetadata>>> sent = new ArrayList<>();
                for (int topic = 0; topic < 8; topic++) {
                    String name = "early-" + round + "-" + topic;
                    sent.add(IntStream.range(0, 20)
                            .mapToObj(i -> producer.send(new ProducerRecord<>(name, 0, null, Integer.toString(i))))
                            .toList());
                }
                for (List<Future<RecordMetadata>> answers : sent) {
                    for (int i = 0; i < answers.size(); i++) {
                        assertEquals(i, answers.get(i).get().offset());
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "all"})
    void everyKindOfAcknowledgementStores(String acks) {
        String topic = "acks-" + acks;
        clients.createTopic(topic, 1);
        try (KafkaProducer<String, String> producer = clients.producer("acks=" + acks, "enable.idempotence=false")) {
            for (int i = 0; i < 500; i++) {
                producer.send(new ProducerRecord<>(topic, Integer.toString(i)));
            }
        }
        try (KafkaConsumer<String, String> consumer = clients.consumer("group.id=acks")) {
            consumer.subscribe(List.of(topic)); // with acks=0 the end is not known yet: wait for what comes
            List<String> values = pollValues(consumer, 500);
            assertEquals(IntStream.range(0, 500).mapToObj(Integer::toString).toList(), values);
        }
    }

    @Test
    void aConsumerThatWaitsIsGivenWhatComesLater() throws Exception {
        clients.createTopic("later", 1);
        TopicPartition partition = new TopicPartition("later", 0);
        try (KafkaConsumer<String, String> consumer = clients.consumer("fetch.max.wait.ms=1500", "fetch.min.bytes=1");
                KafkaProducer<String, String> producer = clients.producer("linger.ms=0")) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            assertTrue(consumer.poll(Duration.ofMillis(300)).isEmpty());
            for (int i = 0; i < 20; i++) {
                producer.send(new ProducerRecord<>("later", "now " + i)).get();
                assertEquals(List.of("now " + i), pollValues(consumer, 1));
            }
        }
    }

    @Test
    void recordsAreFoundByTimeAndByPlace() {
        clients.createTopic("times", 1);
        TopicPartition partition = new TopicPartition("times", 0);
        try (KafkaProducer<String, String> producer = clients.producer("batch.size=500", "linger.ms=0")) {
            for (int i = 0; i < 1_000; i++) {
                producer.send(new ProducerRecord<>("times", 0, NOON + i * 1_000L, null, "at " + i));
            }
        }
        try (KafkaConsumer<String, String> consumer = clients.consumer()) {
            assertEquals(Map.of(partition, 0L), consumer.beginningOffsets(List.of(partition)));
            assertEquals(Map.of(partition, 1_000L), consumer.endOffsets(List.of(partition)));
            for (int i : new int[] {0, 1, 17, 500, 999}) {
                OffsetAndTimestamp found =
                        consumer.offsetsForTimes(Map.of(partition, NOON + i * 1_000L - 999)).get(partition);
                assertEquals(i, found.offset());
                assertEquals(NOON + i * 1_000L, found.timestamp());
            }
            assertNull(consumer.offsetsForTimes(Map.of(partition, NOON + 999_001L)).get(partition));
            consumer.assign(List.of(partition));
            consumer.seek(partition, 987);
            assertEquals(
                    IntStream.range(987, 1_000).mapToObj(i -> "at " + i).toList(), pollValues(consumer, 13));
        }
    }

    @Test
    void anOffsetPastTheEndSendsTheConsumerWhereItAskedToGo() {
        clients.createTopic("reset", 1);
        TopicPartition partition = new TopicPartition("reset", 0);
        try (KafkaProducer<String, String> producer = clients.producer();
                KafkaConsumer<String, String> consumer = clients.consumer("auto.offset.reset=earliest")) {
            producer.send(new ProducerRecord<>("reset", "first"));
            producer.flush();
            consumer.assign(List.of(partition));
            consumer.seek(partition, 1_000_000);
            assertEquals(List.of("first"), pollValues(consumer, 1));
        }
    }

    @Test
    void aTopicAppearsOnItsFirstUse() throws Exception {
        try (KafkaProducer<String, String> producer = clients.producer()) {
            producer.send(new ProducerRecord<>("by-itself", "hello")).get();
            assertEquals(3, producer.partitionsFor("by-itself").size());
        }
        assertEquals("hello", clients.readAll("by-itself").get(0).value());
        try (KafkaConsumer<String, String> consumer = clients.consumer("allow.auto.create.topics=false")) {
            assertTrue(consumer.partitionsFor("never-made").isEmpty());
            assertFalse(consumer.listTopics().containsKey("never-made"));
        }
    }

    @Test
    void aTopicOfLogAppendTimeStampsRecordsItself() throws Exception {
        clients.createTopic("stamped", 1, "message.timestamp.type=LogAppendTime");
        long before = System.currentTimeMillis();
        try (KafkaProducer<String, String> producer = clients.producer("compression.type=lz4")) {
            RecordMetadata answer =
                    producer.send(new ProducerRecord<>("stamped", 0, NOON, null, "x")).get();
            ConsumerRecord<String, String> record = clients.readAll("stamped").get(0);
            assertEquals(TimestampType.LOG_APPEND_TIME, record.timestampType());
            assertEquals(answer.timestamp(), record.timestamp());
            assertTrue(record.timestamp() >= before);
        }
    }

    @Test
    void largeRecordsPassUpToTheTopicsLimit() throws Exception {
        clients.createTopic("limited", 1, "max.message.bytes=200000");
        clients.createTopic("generous", 1, "max.message.bytes=20000000");
        String large = "x".repeat(15_000_000);
        try (KafkaProducer<String, String> producer =
                clients.producer("max.request.size=30000000", "buffer.memory=64000000")) {
            producer.send(new ProducerRecord<>("generous", large)).get();
            producer.send(new ProducerRecord<>("limited", large.substring(0, 150_000))).get();
            ExecutionException refused = assertThrows(ExecutionException.class, () -> producer.send(
                            new ProducerRecord<>("limited", large.substring(0, 250_000)))
                    .get());
            assertInstanceOf(RecordTooLargeException.class, refused.getCause());
        }
        assertEquals(large, clients.readAll("generous").get(0).value());
        assertEquals(1, clients.readAll("limited", "max.partition.fetch.bytes=1000").size());
    }

    @Test
    void aNameThatNoTopicCanHaveIsRefused() {
        try (KafkaProducer<String, String> producer = clients.producer("max.block.ms=10000")) {
            ExecutionException refused =
                    assertThrows(ExecutionException.class, () -> producer.send(new ProducerRecord<>("a/b", "x"))
                            .get());
            assertInstanceOf(InvalidTopicException.class, refused.getCause());
        }
    }

    @Test
    void readCommittedReadsWhatIsNotTransactional() {
        clients.createTopic("committed", 1);
        try (KafkaProducer<String, String> producer = clients.producer()) {
            producer.send(new ProducerRecord<>("committed", "plain"));
        }
        assertEquals(
                "plain",
                clients.readAll("committed", "isolation.level=read_committed")
                        .get(0)
                        .value());
    }

    @Test
    void manyPartitionsAreReadThroughOneFetchSession() {
        clients.createTopic("wide", 60);
        try (KafkaProducer<String, String> producer = clients.producer("linger.ms=5");
                KafkaConsumer<String, String> consumer = clients.consumer("group.id=wide")) {
            consumer.subscribe(List.of("wide"));
            for (int round = 0; round < 5; round++) {
                for (int i = 0; i < 600; i++) {
                    producer.send(new ProducerRecord<>("wide", i % 60, null, round + "/" + i));
                }
                producer.flush();
                assertEquals(600, pollValues(consumer, 600).size());
            }
        }
    }

    @Test
    @Timeout(value = 40, unit = TimeUnit.SECONDS)
    void transactionsAreRefusedAtOnceAndClearly() {
        try (KafkaProducer<String, String> producer =
                clients.producer("transactional.id=not-yet", "max.block.ms=20000")) {
            KafkaException refused = assertThrows(KafkaException.class, producer::initTransactions);
            System.out.println("ProduceConsumeIT: initTransactions refused with " + refused);
            assertFalse(refused instanceof TimeoutException, () -> "the client gave up waiting: " + refused);
        }
    }

    private static List<String> pollValues(KafkaConsumer<String, String> consumer, int count) {
        List<String> values = new ArrayList<>();
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (values.size() < count && System.nanoTime() < giveUp) {
            consumer.poll(Duration.ofMillis(100)).forEach(record -> values.add(record.value()));
        }
        return values;
    }
}
