package io.millrace.client.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.consumer.Assignor;
import io.millrace.client.consumer.Consumer;
import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.consumer.GroupConfig;
import io.millrace.client.consumer.OffsetReset;
import io.millrace.client.consumer.RebalanceListener;
import io.millrace.client.testing.Backend;
import io.millrace.client.testing.ClusterUnderTest;
import io.millrace.client.testing.Difference;
import io.millrace.client.testing.KafkaClients;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Groups of our consumers: positions, the listener, static members, and who is thrown out. */
@Timeout(120)
@ParameterizedClass
@EnumSource(Backend.class)
final class GroupIT {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final long PATIENCE_NS = Duration.ofSeconds(40).toNanos();

    @TempDir
    private static Path directory;

    private static ClusterUnderTest broker;
    private static KafkaClients kafka;

    @Parameter
    Backend backend;

    @BeforeParameterizedClassInvocation
    static void start(Backend tried) {
        broker = tried.start(directory, "group.initial.rebalance.delay.ms=100");
        kafka = new KafkaClients(broker.bootstrap());
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        broker.close();
    }

    private static ConsumerConfig.Builder config(GroupConfig group) {
        return ConsumerConfig.builder(ClientConfig.of(broker.bootstrap()))
                .offsetReset(OffsetReset.EARLIEST)
                .group(group.withTimes(Duration.ofSeconds(10), Duration.ofMillis(200), Duration.ofSeconds(20)));
    }

    private static void produce(String topic, int partitions, int from, int to) {
        try (KafkaProducer<byte[], byte[]> producer = kafka.producer()) {
            for (int i = from; i < to; i++) {
                producer.send(new ProducerRecord<>(
                        topic, i % partitions, null, Integer.toString(i).getBytes(StandardCharsets.UTF_8)));
            }
        }
    }

    private static void awaitAll(Consumer consumer) {
        await(consumer, 6);
    }

    private static void await(Consumer consumer, int partitions) {
        long deadline = System.nanoTime() + PATIENCE_NS;
        while (consumer.assignment().size() < partitions) {
            consumer.poll(SHORT);
            assertTrue(System.nanoTime() < deadline, consumer.assignment().toString());
        }
    }

    @Test
    void positionsAreCommittedAndGoneOnFrom() {
        kafka.createTopic("commit", 1);
        produce("commit", 1, 0, 100);
        GroupConfig group = GroupConfig.of("commit").withAutoCommit(false, Duration.ofSeconds(5));
        TopicPartition partition = new TopicPartition("commit", 0);
        try (Consumer consumer = Consumer.open(config(group).maxPollRecords(30).build())) {
            consumer.subscribe("commit");
            assertEquals("0", next(consumer).get(0));
            consumer.commit();
            assertEquals("30", next(consumer).get(0)); // not committed
            assertEquals(
                    Map.of(partition, 30L),
                    consumer.committed(List.of(partition)).toCompletableFuture().join());
        }
        try (Consumer consumer =
                Consumer.open(config(GroupConfig.of("commit")).maxPollRecords(20).build())) {
            consumer.subscribe("commit");
            assertEquals("30", next(consumer).get(0));
        } // commits by itself
        try (Consumer byHand = Consumer.open(config(group).build())) {
            byHand.assign(List.of(partition));
            assertEquals("50", next(byHand).get(0));
            byHand.commitAsync(Map.of(partition, 77L)).toCompletableFuture().join();
            assertEquals(
                    Map.of(partition, 77L),
                    byHand.committed(List.of(partition)).toCompletableFuture().join());
            byHand.commitAsync().toCompletableFuture().join();
        }
        try (KafkaConsumer<byte[], byte[]> theirs = kafka.consumer("group.id=commit")) {
            org.apache.kafka.common.TopicPartition their = new org.apache.kafka.common.TopicPartition("commit", 0);
            assertEquals(100, theirs.committed(Set.of(their)).get(their).offset());
        }
    }

    private static List<String> next(Consumer consumer) {
        long deadline = System.nanoTime() + PATIENCE_NS;
        while (true) {
            List<String> texts = new ArrayList<>();
            consumer.poll(SHORT).forEach(record -> texts.add(record.valueText()));
            if (!texts.isEmpty()) {
                return texts;
            }
            assertTrue(System.nanoTime() < deadline, "nothing to read");
        }
    }

    @Test
    void theListenerIsToldWhatComesAndGoes() {
        kafka.createTopic("told", 6);
        GroupConfig group = GroupConfig.of("told").withAssignors(Assignor.COOPERATIVE_STICKY);
        List<TopicPartition> assigned = new ArrayList<>();
        List<TopicPartition> revoked = new ArrayList<>();
        try (Consumer first = Consumer.open(config(group).build())) {
            first.subscribe(List.of("told"), new RebalanceListener() {
                @Override
                public void assigned(Collection<TopicPartition> now) {
                    assigned.addAll(now);
                }

                @Override
                public void revoked(Collection<TopicPartition> gone) {
                    revoked.addAll(gone);
                    first.commit();
                }
            });
            awaitAll(first);
            assertEquals(6, assigned.size());
            try (Consumer second = Consumer.open(config(group).build())) {
                second.subscribe("told");
                while (second.assignment().size() < 3) {
                    first.poll(SHORT);
                    second.poll(SHORT);
                }
                assertEquals(3, revoked.size());
                assertEquals(6, assigned.size());
                assertFalse(first.assignment().stream().anyMatch(second.assignment()::contains));
            }
            awaitAll(first);
            assertEquals(9, assigned.size());
        }
        assertEquals(9, revoked.size());
    }

    @Test
    void aStaticMemberComesBackToItsPartitions() {
        kafka.createTopic("static", 6);
        GroupConfig group = GroupConfig.of("static");
        try (Consumer other = Consumer.open(config(group.withInstanceId("b")).build())) {
            Set<TopicPartition> had;
            try (Consumer first = Consumer.open(config(group.withInstanceId("a")).build())) {
                first.subscribe("static");
                other.subscribe("static");
                long deadline = System.nanoTime() + PATIENCE_NS;
                while (first.assignment().size() != 3 || other.assignment().size() != 3) {
                    first.poll(SHORT);
                    other.poll(SHORT);
                    assertTrue(System.nanoTime() < deadline, first.assignment() + " " + other.assignment());
                }
                had = Set.copyOf(first.assignment());
            }
            try (Consumer again = Consumer.open(config(group.withInstanceId("a")).build())) {
                again.subscribe("static");
                while (again.assignment().isEmpty()) {
                    again.poll(SHORT);
                    other.poll(SHORT);
                }
                assertEquals(had, again.assignment());
                assertEquals(3, other.assignment().size());
            }
        }
    }

    @Test
    void aNewTopicAndNewPartitionsAreGivenOut() {
        ClientConfig client = ClientConfig.builder(broker.bootstrap())
                .metadataMaxAge(Duration.ofMillis(500))
                .build();
        try (Consumer consumer = Consumer.open(ConsumerConfig.builder(client)
                .group(GroupConfig.of("later"))
                .createsTopics(false)
                .build())) {
            consumer.subscribe("later");
            consumer.poll(Duration.ofSeconds(2));
            kafka.createTopic("later", 3);
            await(consumer, 3);
            kafka.administer(admin -> admin.createPartitions(Map.of("later", NewPartitions.increaseTo(6)))
                    .all());
            awaitAll(consumer);
        }
    }

    @Test
    void whoseNameAnotherTakesLosesEverything() {
        kafka.createTopic("name", 6);
        GroupConfig group = GroupConfig.of("name").withInstanceId("me");
        List<TopicPartition> lost = new ArrayList<>();
        try (Consumer first = Consumer.open(config(group).build());
                Consumer second = Consumer.open(config(group).build())) {
            first.subscribe(List.of("name"), new RebalanceListener() {
                @Override
                public void lost(Collection<TopicPartition> gone) {
                    lost.addAll(gone);
                }
            });
            awaitAll(first);
            second.subscribe("name");
            awaitAll(second);
            long deadline = System.nanoTime() + PATIENCE_NS;
            MillraceException thrown = assertThrows(MillraceException.class, () -> {
                while (System.nanoTime() < deadline) {
                    first.poll(SHORT);
                }
            });
            assertEquals(ErrorCode.FENCED_INSTANCE_ID, thrown.error());
            produce("name", 6, 0, 60);
            Set<String> read = new HashSet<>();
            while (read.size() < 60) {
                assertEquals(List.of(), first.poll(Duration.ZERO));
                second.poll(SHORT).forEach(record -> read.add(record.valueText()));
                assertTrue(System.nanoTime() < deadline, read::toString);
            }
            assertEquals(Set.of(), first.assignment());
            assertEquals(6, lost.size());
            second.close(Duration.ofSeconds(5));
            first.subscribe("name");
            awaitAll(first);
        }
    }

    @Test
    void whoWasThrownOutLosesEverythingAndJoinsAgain() {
        kafka.createTopic("out", 6);
        List<TopicPartition> lost = new ArrayList<>();
        List<TopicPartition> assigned = new ArrayList<>();
        try (Consumer consumer = Consumer.open(config(GroupConfig.of("out")).build())) {
            consumer.subscribe(List.of("out"), new RebalanceListener() {
                @Override
                public void assigned(Collection<TopicPartition> now) {
                    assigned.addAll(now);
                }

                @Override
                public void lost(Collection<TopicPartition> gone) {
                    lost.addAll(gone);
                }
            });
            awaitAll(consumer);
            kafka.administer(
                    admin -> admin.removeMembersFromConsumerGroup("out", new RemoveMembersFromConsumerGroupOptions())
                            .all());
            long deadline = System.nanoTime() + PATIENCE_NS;
            while (assigned.size() < 12) {
                consumer.poll(SHORT);
                assertTrue(System.nanoTime() < deadline, assigned::toString);
            }
            assertEquals(6, lost.size());
            assertEquals(6, consumer.assignment().size());
        }
    }

    @Test
    void aPositionThatAnOpenTransactionStoresIsWaitedFor() {
        Difference.TRANSACTIONS.leaveOutAt(backend);
        kafka.createTopic("pending", 1);
        TopicPartition partition = new TopicPartition("pending", 0);
        try (KafkaProducer<byte[], byte[]> producer = kafka.producer("transactional.id=pending");
                KafkaConsumer<byte[], byte[]> theirs = kafka.consumer("group.id=pending");
                Consumer consumer = Consumer.open(config(GroupConfig.of("pending")).build())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(
                    Map.of(new org.apache.kafka.common.TopicPartition("pending", 0), new OffsetAndMetadata(5)),
                    theirs.groupMetadata());
            CompletableFuture<Map<TopicPartition, Long>> committed =
                    consumer.committed(List.of(partition)).toCompletableFuture();
            assertThrows(TimeoutException.class, () -> committed.get(300, TimeUnit.MILLISECONDS));
            producer.commitTransaction();
            assertEquals(Map.of(partition, 5L), committed.join());
        }
    }
}
