package io.millrace.client.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.ClientConfig;
import io.millrace.client.IsolationLevel;
import io.millrace.client.consumer.Consumer;
import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.client.consumer.OffsetReset;
import io.millrace.client.consumer.Position;
import io.millrace.client.testing.Backend;
import io.millrace.client.testing.ClusterUnderTest;
import io.millrace.client.testing.Difference;
import io.millrace.client.testing.KafkaClients;
import io.millrace.protocol.TopicPartition;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
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

/** What our consumer sees of transactions, clocks and logs that are cut, of many partitions at once, and as a stream. */
@Timeout(120)
@ParameterizedClass
@EnumSource(Backend.class)
final class ReadingIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    private static Path directory;

    private static ClusterUnderTest broker;
    private static KafkaClients kafka;

    @Parameter
    Backend backend;

    @BeforeParameterizedClassInvocation
    static void start(Backend tried) {
        broker = tried.start(directory, "num.partitions=3", "log.retention.ms=-1");
        kafka = new KafkaClients(broker.bootstrap());
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        broker.close();
    }

    private static ConsumerConfig.Builder config() {
        return ConsumerConfig.builder(ClientConfig.of(broker.bootstrap())).offsetReset(OffsetReset.EARLIEST);
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, int partition, Object text) {
        return new ProducerRecord<>(
                topic, partition, null, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void produce(String topic, int from, int to) {
        try (KafkaProducer<byte[], byte[]> producer = kafka.producer()) {
            for (int i = from; i < to; i++) {
                producer.send(record(topic, 0, i));
            }
        }
    }

    /** Texts of the next records, at least so many unless there are none for long. */
    private static List<String> read(Consumer consumer, int count) {
        List<String> texts = new ArrayList<>();
        long deadline = System.nanoTime() + SOON.toNanos();
        while (texts.size() < count && System.nanoTime() < deadline) {
            consumer.poll(Duration.ofMillis(200)).forEach(record -> texts.add(record.valueText()));
        }
        return texts;
    }

    private static List<String> texts(int... numbers) {
        return IntStream.of(numbers).mapToObj(Integer::toString).toList();
    }

    @ParameterizedTest
    @EnumSource(IsolationLevel.class)
    void transactionsAreSeenAsTheIsolationLevelSays(IsolationLevel level) {
        Difference.TRANSACTIONS.leaveOutAt(backend);
        String topic = "transactions-" + level;
        TopicPartition partition = new TopicPartition(topic, 0);
        kafka.createTopic(topic, 1);
        List<String> all = new ArrayList<>();
        List<String> committed = new ArrayList<>();
        Consumer consumer = Consumer.open(config().isolationLevel(level).build());
        try (consumer;
                KafkaProducer<byte[], byte[]> first = kafka.producer("transactional.id=first-" + level, "linger.ms=0");
                KafkaProducer<byte[], byte[]> second =
                        kafka.producer("transactional.id=second-" + level, "linger.ms=0")) {
            first.initTransactions();
            second.initTransactions();
            for (int round = 0; round < 20; round++) {
                // two transactions with batches in turn, of which either, none or both are committed
                first.beginTransaction();
                second.beginTransaction();
                for (int i = 0; i < 10; i++) {
                    String text = round + "." + i;
                    KafkaProducer<byte[], byte[]> one = i % 3 == 0 ? first : second;
                    one.send(record(topic, 0, text));
                    one.flush();
                    all.add(text);
                    if ((i % 3 == 0 ? round % 2 : round / 2 % 2) == 0) {
                        committed.add(text);
                    }
                }
                end(first, round % 2 == 0);
                end(second, round / 2 % 2 == 0);
            }
            consumer.assign(List.of(partition));
            boolean dirty = level == IsolationLevel.READ_UNCOMMITTED;
            assertEquals(dirty ? all : committed, read(consumer, dirty ? all.size() : committed.size()));
            Awaitility.await().until(() -> {
                assertEquals(List.of(), consumer.poll(Duration.ofMillis(50)));
                return consumer.lag(partition).orElseThrow().records() == 0;
            });
            assertEquals(OptionalLong.of(240), consumer.position(partition), "the control records are passed as well");

            first.beginTransaction();
            first.send(record(topic, 0, "open"));
            first.flush();
            second.beginTransaction();
            second.send(record(topic, 0, "behind"));
            second.commitTransaction();
            if (dirty) {
                assertEquals(List.of("open", "behind"), read(consumer, 2));
            } else {
                assertEquals(List.of(), consumer.poll(Duration.ofMillis(700)), "behind an open transaction");
            }
            first.commitTransaction();
            if (!dirty) {
                assertEquals(List.of("open", "behind"), read(consumer, 2));
            }
        }
    }

    private static void end(KafkaProducer<byte[], byte[]> producer, boolean well) {
        if (well) {
            producer.commitTransaction();
        } else {
            producer.abortTransaction();
        }
    }

    @Test
    void compressedTransactionsAndPlainRecordsMix() {
        Difference.TRANSACTIONS.leaveOutAt(backend);
        kafka.createTopic("mix", 1);
        List<String> committed = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> plain = kafka.producer();
                KafkaProducer<byte[], byte[]> within = kafka.producer(
                        "transactional.id=mix", "compression.type=lz4", "linger.ms=5", "batch.size=2000")) {
            within.initTransactions();
            for (int round = 0; round < 30; round++) {
                within.beginTransaction();
                for (int i = 0; i < 100; i++) {
                    within.send(record("mix", 0, "t" + round + "." + i));
                }
                within.flush();
                plain.send(record("mix", 0, "p" + round));
                plain.flush();
                end(within, round % 3 == 0);
                if (round % 3 == 0) {
                    IntStream.range(0, 100).forEach(i -> committed.add("x"));
                }
                committed.add("x");
            }
        }
        try (Consumer consumer = Consumer.open(config().isolationLevel(IsolationLevel.READ_COMMITTED)
                .maxPartitionFetchBytes(3_000)
                .fetchMaxBytes(3_000)
                .build())) {
            consumer.assign(List.of(new TopicPartition("mix", 0)));
            List<String> seen = read(consumer, committed.size());
            assertEquals(committed.size(), seen.size());
            assertTrue(seen.stream()
                    .noneMatch(text -> text.startsWith("t")
                            && Integer.parseInt(text.substring(1, text.indexOf('.'))) % 3 != 0));
            // from within an aborted transaction
            consumer.seek(new TopicPartition("mix", 0), Position.offset(150));
            assertEquals("p1", read(consumer, 1).get(0));
        }
    }

    @Test
    void theBrokersTimeIsTold() {
        kafka.createTopic("appended", 1, "message.timestamp.type=LogAppendTime");
        long before = System.currentTimeMillis();
        try (KafkaProducer<byte[], byte[]> producer = kafka.producer()) {
            producer.send(new ProducerRecord<>("appended", 0, 1L, null, new byte[1]));
        }
        try (Consumer consumer = Consumer.open(config().build())) {
            consumer.assign(List.of(new TopicPartition("appended", 0)));
            ConsumerRecord record = consumer.poll(SOON).get(0);
            assertTrue(record.isLogAppendTime());
            assertTrue(record.timestamp() >= before, record.timestamp() + " < " + before);
        }
    }

    @Test
    void aLogThatLosesItsBeginningIsReadFromWhatIsLeft() {
        kafka.createTopic("shorter", 1);
        produce("shorter", 0, 100);
        TopicPartition partition = new TopicPartition("shorter", 0);
        try (Consumer consumer = Consumer.open(config().maxPollRecords(1).build())) {
            consumer.assign(List.of(partition));
            assertEquals(texts(0), read(consumer, 1));
            kafka.administer(admin -> admin.deleteRecords(Map.of(
                            new org.apache.kafka.common.TopicPartition("shorter", 0), RecordsToDelete.beforeOffset(60)))
                    .all());
            consumer.seek(partition, Position.offset(1));
            assertEquals(texts(60), read(consumer, 1));
        }
    }

    @Test
    void withoutAPositionReadingBeginsWhereTheResetSays() {
        kafka.createTopic("reset", 1);
        TopicPartition partition = new TopicPartition("reset", 0);
        long now = System.currentTimeMillis();
        try (KafkaProducer<byte[], byte[]> producer = kafka.producer()) {
            for (int hours = 10; hours > 0; hours--) {
                producer.send(new ProducerRecord<>("reset", 0, now - hours * 3_600_000L, null, new byte[hours]));
            }
        }
        try (Consumer latest =
                        Consumer.open(config().offsetReset(OffsetReset.LATEST).build());
                Consumer young = Consumer.open(config().offsetReset(OffsetReset.byDuration(Duration.ofMinutes(270)))
                        .build())) {
            latest.assign(List.of(partition));
            assertEquals(List.of(), latest.poll(Duration.ofMillis(100)));
            Awaitility.await().until(() -> {
                latest.poll(Duration.ofMillis(20));
                return latest.position(partition).isPresent();
            });
            young.assign(List.of(partition));
            assertEquals(4, young.poll(SOON).get(0).valueSize());
            produce("reset", 77, 78);
            assertEquals(texts(77), read(latest, 1));
        }
    }

    @Test
    void manyPartitionsInOneSessionComeAndGo() {
        int partitions = 100;
        kafka.createTopic("many", partitions);
        List<TopicPartition> all = IntStream.range(0, partitions)
                .mapToObj(i -> new TopicPartition("many", i))
                .toList();
        int[] next = new int[partitions];
        try (Consumer consumer = Consumer.open(config().build());
                KafkaProducer<byte[], byte[]> producer = kafka.producer()) {
            for (int round = 0; round < 40; round++) {
                // another fifty each time; a few of them get records
                int from = round * 7;
                List<TopicPartition> some = IntStream.range(from, from + 50)
                        .mapToObj(i -> all.get(i % partitions))
                        .toList();
                consumer.assign(some);
                for (TopicPartition partition : some) {
                    consumer.seek(partition, Position.offset(next[partition.partition()]));
                }
                int sent = 0;
                for (TopicPartition partition : some.subList(round % 40, round % 40 + 5)) {
                    producer.send(record("many", partition.partition(), round));
                    sent++;
                }
                producer.flush();
                long deadline = System.nanoTime() + SOON.toNanos();
                while (sent > 0) {
                    for (ConsumerRecord record : consumer.poll(Duration.ofMillis(200))) {
                        assertEquals(next[record.partition()]++, record.offset());
                        assertEquals(Integer.toString(round), record.valueText());
                        sent--;
                    }
                    assertTrue(System.nanoTime() < deadline, sent + " missing in round " + round);
                }
            }
        }
    }

    @Test
    void aTopicThatIsDeletedAndMadeAgainIsReadFromItsBeginning() {
        kafka.createTopic("again", 1);
        produce("again", 0, 10);
        try (Consumer consumer = Consumer.open(config().createsTopics(false).build())) {
            consumer.assign(List.of(new TopicPartition("again", 0)));
            assertEquals(10, read(consumer, 10).size());
            kafka.deleteTopic("again");
            kafka.createTopic("again", 1);
            produce("again", 100, 105);
            assertEquals(texts(100, 101, 102, 103, 104), read(consumer, 5));
        }
    }

    @Test
    void aSubscriberGetsAsManyAsItAskedFor() {
        kafka.createTopic("stream", 1);
        produce("stream", 0, 1_000);
        TopicPartition partition = new TopicPartition("stream", 0);
        List<String> seen = new CopyOnWriteArrayList<>();
        CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
        CompletableFuture<Void> end = new CompletableFuture<>();
        Consumer consumer = Consumer.open(config().build());
        try (consumer) {
            consumer.assign(List.of(partition));
            consumer.publisher().subscribe(new Flow.Subscriber<>() {
                @Override
                public void onSubscribe(Flow.Subscription given) {
                    subscription.complete(given);
                }

                @Override
                public void onNext(ConsumerRecord record) {
                    seen.add(record.valueText());
                }

                @Override
                public void onError(Throwable failure) {
                    end.completeExceptionally(failure);
                }

                @Override
                public void onComplete() {
                    end.complete(null);
                }
            });
            subscription.join().request(300);
            Awaitility.await().until(() -> seen.size() == 300);
            assertEquals(OptionalLong.of(300), consumer.position(partition));
            subscription.join().request(Long.MAX_VALUE);
            Awaitility.await().until(() -> seen.size() == 1_000);
            produce("stream", 1_000, 1_001);
            Awaitility.await().until(() -> seen.size() == 1_001);
            assertEquals(IntStream.range(0, 1_001).mapToObj(Integer::toString).toList(), seen);
            assertFalse(end.isDone());
        }
        end.join();
    }

    @Test
    void theLagIsToldInRecordsAndTime() {
        kafka.createTopic("lag", 2);
        long now = System.currentTimeMillis();
        try (KafkaProducer<byte[], byte[]> producer = kafka.producer()) {
            for (int i = 0; i < 10; i++) {
                producer.send(new ProducerRecord<>("lag", i % 2, now - 60_000, null, new byte[1]));
            }
        }
        try (Consumer consumer = Consumer.open(config().maxPollRecords(2).build())) {
            TopicPartition first = new TopicPartition("lag", 0);
            consumer.assign(List.of(first));
            consumer.poll(SOON);
            assertEquals(3, consumer.lag(first).orElseThrow().records());
            assertTrue(consumer.lag(first).orElseThrow().time().compareTo(Duration.ofSeconds(59)) > 0);
            consumer.assign(List.of(first, new TopicPartition("lag", 1)));
            int read = 2;
            while (read < 10) {
                read += consumer.poll(SOON).size();
            }
            assertEquals(0, consumer.lag().records());
            assertEquals(Duration.ZERO, consumer.lag().time());
        }
    }
}
