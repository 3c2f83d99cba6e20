package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two brokers on one ZooKeeper of its own process, which comes and goes; brokers that come, go and sleep. */
@Timeout(120)
final class ZooKeeperIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private static Path directory;

    private static int port;
    private static MillraceProcess zooKeeper;
    private static BrokerProcess one;
    private static BrokerProcess two;

    @BeforeAll
    static void start() {
        port = Ports.free();
        startZooKeeper();
        one = broker(1);
        two = broker(2);
    }

    @AfterAll
    static void stop() {
        for (BrokerProcess broker : List.of(one, two)) {
            broker.close();
        }
        zooKeeper.close();
    }

    private static void startZooKeeper() {
        zooKeeper = MillraceProcess.launch(Map.of(),
                List.of("zookeeper", "--port", "" + port, "--data", directory.resolve("zk") + ""));
        zooKeeper.awaitLine("ZooKeeper ready");
    }

    private static BrokerProcess broker(int id) {
        return BrokerProcess.start(directory.resolve("broker-" + id), settings(id).toArray(String[]::new));
    }

    private static List<String> settings(int id) {
        return List.of(
                "broker.id=" + id,
                "zookeeper.connect=127.0.0.1:" + port,
                "zookeeper.session.timeout.ms=4000",
                "group.initial.rebalance.delay.ms=0",
                "default.replication.factor=1", // each partition has one home: what others take over is another test's
                "offsets.topic.replication.factor=1",
                "offsets.topic.num.partitions=4");
    }

    @Test
    void topicsSpreadOverBothBrokersAndClientsReachAllThroughEither() throws Exception {
        one.clients().createTopic("spread", 6);
        assertEquals(Set.of(1, 2), leaders("spread"));
        for (BrokerProcess door : List.of(one, two)) {
            try (KafkaProducer<String, String> producer = door.clients().producer()) {
                for (int i = 0; i < 300; i++) {
                    producer.send(new ProducerRecord<>("spread", i % 6, null, "x"));
                }
            }
        }
        assertEquals(600, one.clients().readAll("spread").size());
        assertEquals(600, two.clients().readAll("spread").size());
        for (String group : List.of("a", "b", "c", "d")) { // their coordinators are on either broker
            try (Member member = new Member(two.clients().consumer("group.id=" + group))) {
                member.subscribe("spread");
                Member.pollUntil(() -> member.values().size() == 600, member);
                member.commit();
            }
        }
        try (Admin admin = two.clients().admin()) {
            Clients.await(admin.deleteTopics(List.of("spread")).all());
        }
        try (Admin admin = one.clients().admin()) {
            Awaitility.await()
                    .until(() -> !Clients.await(admin.listTopics().names()).contains("spread"));
        }
    }

    @Test
    void aLiveTwinIsRefusedAndOneThatWasKilledReturnsAtOnce() {
        Millrace.Result twin =
                Millrace.run(BrokerProcess.arguments(directory.resolve("twin"), Ports.free(), settings(1)));
        assertEquals(2, twin.exitCode(), twin::toString);
        List<String> lines = twin.err()
                .lines()
                .filter(line -> !line.contains(" INFO "))
                .toList();
        assertEquals(1, lines.size(), twin::err);
        assertTrue(lines.get(0).contains("1"), twin::err);
        assertEquals(Set.of(1, 2), brokers(two));

        one.clients().createTopic("mine", 2);
        long killed = System.nanoTime();
        one.kill();
        one.restart();
        System.out.printf(
                "ZooKeeperIT: killed and back after %d ms: %s%n",
                (System.nanoTime() - killed) / 1_000_000, one.readyLine());
        assertEquals(Set.of(1, 2), leaders("mine"));
        assertEquals(Set.of(1, 2), brokers(two));
    }

    @Test
    void messagesFlowWhileZooKeeperIsAwayAndChangesWorkOnceItIsBack() throws Exception {
        one.clients().createTopic("flow", 2);
        assertEquals(Set.of(1, 2), leaders("flow"));
        try (KafkaProducer<String, String> producer = one.clients().producer("linger.ms=0");
                Member member = new Member(two.clients().consumer("group.id=flow"))) {
            member.subscribe("flow");
            send(producer, 50);
            Member.pollUntil(() -> member.values().size() == 50, member);

            zooKeeper.kill();
            send(producer, 50);
            Member.pollUntil(() -> member.values().size() == 100, member);
            member.commit();
            try (KafkaProducer<String, String> newcomer = two.clients().producer()) {
                send(newcomer, 50);
            }
            Member.pollUntil(() -> member.values().size() == 150, member);

            startZooKeeper();
            Awaitility.await("both are registered")
                    .atMost(PATIENCE)
                    .until(() -> brokers(one).size() == 2 && brokers(two).size() == 2);
            one.clients().createTopic("after", 2);
            assertEquals(Set.of(1, 2), leaders("after"));
            send(producer, 50);
            Member.pollUntil(() -> member.values().size() == 200, member);
        }
        assertEquals(200, one.clients().readAll("flow").size());
    }

    @Test
    void aBrokerThatSleptPastItsSessionComesBack() throws Exception {
        one.clients().createTopic("sleep", 2);
        assertEquals(Set.of(1, 2), leaders("sleep"));
        try (KafkaProducer<String, String> producer = one.clients().producer("linger.ms=0")) {
            send(producer, "sleep", 100);
            two.process().signal("STOP");
            Awaitility.await("broker 2 is missed").atMost(PATIENCE).until(() -> brokers(one).equals(Set.of(1)));
            List<Future<RecordMetadata>> meanwhile = new ArrayList<>();
            IntStream.range(0, 100)
                    .forEach(i -> meanwhile.add(producer.send(new ProducerRecord<>("sleep", i % 2, null, "m"))));
            two.process().signal("CONT");
            Awaitility.await("broker 2 is back").atMost(PATIENCE).until(() -> brokers(one).equals(Set.of(1, 2)));
            for (Future<RecordMetadata> each : meanwhile) {
                each.get();
            }
            send(producer, "sleep", 100);
        }
        assertEquals(Set.of(1, 2), leaders("sleep"));
        assertEquals(300, two.clients().readAll("sleep").size());
    }

    private static void send(KafkaProducer<String, String> producer, int count) throws Exception {
        send(producer, "flow", count);
    }

    private static void send(KafkaProducer<String, String> producer, String topic, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            producer.send(new ProducerRecord<>(topic, i % 2, null, "x")).get();
        }
    }

    /** Who leads, as broker 2 sees it once it has heard of the topic: a watch tells it a moment after broker 1 has it. */
    private static Set<Integer> leaders(String topic) {
        try (Admin admin = two.clients().admin()) {
            return Awaitility.await()
                    .ignoreException(UnknownTopicOrPartitionException.class)
                    .until(
                            () -> Clients.await(
                                            admin.describeTopics(List.of(topic)).allTopicNames())
                                    .get(topic)
                                    .partitions()
                                    .stream()
                                    .map(partition -> Optional.ofNullable(partition.leader())
                                            .map(Node::id)
                                            .orElse(-1))
                                    .collect(Collectors.toSet()),
                            ids -> !ids.contains(-1));
        }
    }

    /** The brokers that one broker knows; asked of no other, as an admin client might. */
    private static Set<Integer> brokers(BrokerProcess asked) {
        try (RawConnection connection = new RawConnection(asked.port())) {
            ByteBuffer metadata = connection.call(new RawRequest(3, 0).i32(1).string("none"));
            Set<Integer> ids = new HashSet<>();
            for (int left = metadata.getInt(); left > 0; left--) {
                ids.add(metadata.getInt());
                RawConnection.string(metadata); // host
                metadata.getInt(); // port
            }
            return ids;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
