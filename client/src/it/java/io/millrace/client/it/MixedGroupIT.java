package io.millrace.client.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.ClientConfig;
import io.millrace.client.consumer.Assignor;
import io.millrace.client.consumer.Consumer;
import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.client.consumer.GroupConfig;
import io.millrace.client.consumer.OffsetReset;
import io.millrace.client.testing.Backend;
import io.millrace.client.testing.ClusterUnderTest;
import io.millrace.client.testing.Difference;
import io.millrace.client.testing.KafkaClients;
import io.millrace.protocol.TopicPartition;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
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

/** Groups in which members of ours and of kafka-clients' share. */
@Timeout(120)
@ParameterizedClass
@EnumSource(Backend.class)
final class MixedGroupIT {
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

    private static KafkaConsumer<byte[], byte[]> theirs(String group, Assignor assignor, String... more) {
        String name =
                switch (assignor) {
                    case RANGE -> "RangeAssignor";
                    case ROUND_ROBIN -> "RoundRobinAssignor";
                    case STICKY -> "StickyAssignor";
                    case COOPERATIVE_STICKY -> "CooperativeStickyAssignor";
                };
        List<String> settings = new ArrayList<>(List.of(more));
        settings.addAll(List.of(
                "group.id=" + group,
                "auto.offset.reset=earliest",
                "session.timeout.ms=10000",
                "heartbeat.interval.ms=200",
                "partition.assignment.strategy=org.apache.kafka.clients.consumer." + name));
        return kafka.consumer(settings.toArray(String[]::new));
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

    /** Polls both until all of 600 to 1,199 were read. */
    private static void readOn(Consumer ours, KafkaConsumer<byte[], byte[]> theirs, Set<String> read) {
        List<String> all =
                IntStream.range(600, 1_200).mapToObj(Integer::toString).toList();
        long deadline = System.nanoTime() + PATIENCE_NS;
        while (!read.containsAll(all)) {
            poll(ours, theirs, read);
            assertTrue(System.nanoTime() < deadline, read.size() + " read");
        }
    }

    private static void poll(Consumer ours, KafkaConsumer<byte[], byte[]> theirs, Set<String> read) {
        for (ConsumerRecord record : ours.poll(SHORT)) {
            read.add(record.valueText());
        }
        theirs.poll(SHORT).forEach(record -> read.add(text(record)));
    }

    private static String text(org.apache.kafka.clients.consumer.ConsumerRecord<byte[], byte[]> record) {
        return new String(record.value(), StandardCharsets.UTF_8);
    }

    private static void awaitAll(Consumer consumer) {
        long deadline = System.nanoTime() + PATIENCE_NS;
        while (consumer.assignment().size() < 6) {
            consumer.poll(SHORT);
            assertTrue(System.nanoTime() < deadline, consumer.assignment().toString());
        }
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
                        theirs.poll(SHORT).forEach(record -> read.add(text(record)));
                    }
                    ours.subscribe(topic);
                }
                share(ours, theirs, read);
                produce(topic, 6, 600, 1_200);
                readOn(ours, theirs, read);
            }
        }
    }

    @Test
    void membersWithTheDefaultsOfBothLibrariesShareAGroup() {
        kafka.createTopic("usual", 6);
        produce("usual", 6, 0, 60);
        String[] usual = {"group.id=usual", "auto.offset.reset=earliest"};
        try (Consumer first = Consumer.open(config(GroupConfig.of("usual")).build());
                Consumer second = Consumer.open(config(GroupConfig.of("usual")).build());
                KafkaConsumer<byte[], byte[]> third = kafka.consumer(usual);
                KafkaConsumer<byte[], byte[]> fourth = kafka.consumer(usual)) {
            first.subscribe("usual");
            awaitAll(first);
            third.subscribe(List.of("usual"));
            second.subscribe("usual");
            fourth.subscribe(List.of("usual"));
            long deadline = System.nanoTime() + PATIENCE_NS;
            List<Set<TopicPartition>> owned = List.of();
            while (!isShared(owned)) {
                first.poll(SHORT);
                second.poll(SHORT);
                third.poll(SHORT);
                fourth.poll(SHORT);
                owned = List.of(first.assignment(), second.assignment(), owned(third), owned(fourth));
                assertTrue(System.nanoTime() < deadline, owned.toString());
            }
        }
    }

    /** Whether each has one or two of six partitions, and none of them is another's. */
    private static boolean isShared(List<Set<TopicPartition>> owned) {
        List<TopicPartition> all = owned.stream().flatMap(Set::stream).toList();
        return all.size() == 6
                && Set.copyOf(all).size() == 6
                && owned.stream().allMatch(one -> one.size() == 1 || one.size() == 2);
    }

    @Test
    void aStaticMemberOfTheirsComesBackToItsPartitionsInAGroupThatOursLeads() {
        kafka.createTopic("theirs", 6);
        try (Consumer ours = Consumer.open(
                config(GroupConfig.of("theirs").withInstanceId("ours")).build())) {
            ours.subscribe("theirs");
            awaitAll(ours);
            Set<TopicPartition> had;
            try (KafkaConsumer<byte[], byte[]> theirs = theirs("theirs", Assignor.RANGE, "group.instance.id=theirs")) {
                theirs.subscribe(List.of("theirs"));
                share(ours, theirs, new HashSet<>());
                had = owned(theirs);
            }
            Set<TopicPartition> kept = Set.copyOf(ours.assignment());
            try (KafkaConsumer<byte[], byte[]> theirs = theirs("theirs", Assignor.RANGE, "group.instance.id=theirs")) {
                theirs.subscribe(List.of("theirs"));
                while (theirs.assignment().isEmpty()) {
                    poll(ours, theirs, new HashSet<>());
                    assertEquals(kept, ours.assignment());
                }
                assertEquals(had, owned(theirs));
            }
        }
    }

    @Test
    void oursTakesPartInAGroupOfTheNewProtocol() {
        Difference.NEW_GROUP_PROTOCOL.leaveOutAt(backend);
        kafka.createTopic("next", 6);
        produce("next", 6, 0, 600);
        String[] next = {"group.id=next", "group.protocol=consumer", "auto.offset.reset=earliest"};
        Set<String> read = new HashSet<>();
        try (Consumer ours = Consumer.open(config(GroupConfig.of("next")).build())) {
            try (KafkaConsumer<byte[], byte[]> theirs = kafka.consumer(next)) {
                theirs.subscribe(List.of("next"));
                while (theirs.assignment().size() < 6) {
                    theirs.poll(SHORT).forEach(record -> read.add(text(record)));
                }
                ours.subscribe("next");
                share(ours, theirs, read);
                produce("next", 6, 600, 1_200);
                readOn(ours, theirs, read);
                ours.commit();
            }
            awaitAll(ours);
        }
    }
}
