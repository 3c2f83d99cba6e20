package io.millrace.client.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.ClientConfig;
import io.millrace.client.consumer.Assignor;
import io.millrace.client.consumer.Consumer;
import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.client.consumer.GroupConfig;
import io.millrace.client.consumer.OffsetReset;
import io.millrace.client.consumer.RebalanceListener;
import io.millrace.client.testing.BrokerProcess;
import io.millrace.client.testing.KafkaClients;
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
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Groups of our consumers, and of ours and kafka-clients'. */
@Timeout(120)
final class GroupIT {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final long PATIENCE_NS = Duration.ofSeconds(40).toNanos();

    @TempDir
    private static Path directory;

    private static BrokerProcess broker;
    private static KafkaClients kafka;

    @BeforeAll
    static void start() {
        broker = BrokerProcess.start(directory, "group.initial.rebalance.delay.ms=100");
        kafka = new KafkaClients(broker.bootstrap());
    }

    @AfterAll
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

    private static KafkaConsumer<byte[], byte[]> theirs(String group, Assignor assignor) {
        String name =
                switch (assignor) {
                    case RANGE -> "RangeAssignor";
                    case ROUND_ROBIN -> "RoundRobinAssignor";
                    case STICKY -> "StickyAssignor";
                    case COOPERATIVE_STICKY -> "CooperativeStickyAssignor";
                };
        return kafka.consumer(
                "group.id=" + group,
                "auto.offset.reset=earliest",
                "session.timeout.ms=10000",
                "heartbeat.interval.ms=200",
                "partition.assignment.strategy=org.apache.kafka.clients.consumer." + name);
    }

    private static Set<TopicPartition> owned(KafkaConsumer<byte[], byte[]> consumer) {
        Set<TopicPartition> owned = new HashSet<>();
        consumer.assignment().forEach(one -> owned.add(new TopicPartition(one.topic(), one.partition())));
        return owned;
    }

    /** Polls both until both have three of six partitions, and gives what was read meanwhile. */
    private static void share(Consumer ours, KafkaConsumer<byte[], byte[]> theirs, Set<String> read) {
        long deadline = System.nanoTime() + PATIENCE_NS;
        while (ours.assignment().size() != 3 || theirs.assignment().size() != 3) {
            poll(ours, theirs, read);
            assertTrue(System.nanoTime() < deadline, ours.assignment() + " and " + theirs.assignment());
        }
        Set<TopicPartition> all = new HashSet<>(ours.assignment());
        all.addAll(owned(theirs));
        assertEquals(6, all.size());
    }

    private static void poll(Consumer ours, KafkaConsumer<byte[], byte[]> theirs, Set<String> read) {
        for (ConsumerRecord record : ours.poll(SHORT)) {
            read.add(record.valueText());
        }
        theirs.poll(SHORT).forEach(record -> read.add(new String(record.value(), StandardCharsets.UTF_8)));
    }

    @ParameterizedTest
    @EnumSource(Assignor.class)
    void oursAndTheirsShareAGroupWhoeverLeads(Assignor assignor) {
        for (boolean weLead : new boolean[] {true, false}) {
            String topic = "mixed-" + assignor + "-" + weLead;
            kafka.createTopic(topic, 6);
            produce(topic, 6, 0, 600);
            Set<String> read = new HashSet<>();
            try (Consumer ours = Consumer.open(
                            config(GroupConfig.of(topic).withAssignors(assignor)).build());
                    KafkaConsumer<byte[], byte[]> theirs = theirs(topic, assignor)) {
                if (weLead) {
                    ours.subscribe(topic);
                    awaitAll(ours);
                    theirs.subscribe(List.of(topic));
                } else {
                    theirs.subscribe(List.of(topic));
                    while (theirs.assignment().size() < 6) {
                        theirs.poll(SHORT).forEach(record -> read.add(new String(record.value(), StandardCharsets.UTF_8)));
                    }
                    ours.subscribe(topic);
                }
                share(ours, theirs, read);
                produce(topic, 6, 600, 1_200);
                long deadline = System.nanoTime() + PATIENCE_NS;
                while (!read.contains("1199") || read.size() < 600) {
                    poll(ours, theirs, read);
                    assertTrue(System.nanoTime() < deadline, read.size() + " read");
                }
            }
        }
    }

    private static void awaitAll(Consumer consumer) {
        long deadline = System.nanoTime() + PATIENCE_NS;
        while (consumer.assignment().size() < 6) {
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
            byHand.commitAsync().toCompletableFuture().join();
        }
        try (KafkaConsumer<byte[], byte[]> theirs = theirs("commit", Assignor.RANGE)) {
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
        try (Consumer consumer = Consumer.open(
                config(GroupConfig.of("later")).createsTopics(false).build())) {
            consumer.subscribe("later");
            consumer.poll(Duration.ofSeconds(2));
            kafka.createTopic("later", 6);
            awaitAll(consumer);
        }
    }
}
