package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.metrics.StrictText;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.NoReassignmentInProgressException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers in three racks: partitions move, leaders are elected, a broker is emptied, consumers read near by. */
@Timeout(240)
final class ClusterAdminIT {
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final String LAG = "kafka_consumergroup_lag";

    @TempDir
    private Path directory;

    private MillraceProcess zooKeeper;
    private final List<BrokerProcess> brokers = new ArrayList<>();
    private Clients clients;
    private Admin admin;

    @BeforeEach
    void start() {
        int port = Ports.free();
        zooKeeper = MillraceProcess.launch(
                Map.of(),
                List.of("zookeeper", "--port", Integer.toString(port), "--data", directory.resolve("zk").toString()));
        zooKeeper.awaitLine("ZooKeeper ready");
        for (int id = 1; id <= 3; id++) {
            brokers.add(BrokerProcess.start(
                    directory.resolve("b" + id),
                    "broker.id=" + id,
                    "broker.rack=rack-" + id,
                    "zookeeper.connect=127.0.0.1:" + port,
                    "lag.interval.ms=200",
                    "leader.imbalance.check.interval.seconds=1"));
        }
        clients = new Clients(String.join(",", brokers.stream().map(BrokerProcess::bootstrap).toList()));
        admin = clients.admin();
    }

    @AfterEach
    void stop() {
        admin.close(Duration.ZERO);
        brokers.forEach(BrokerProcess::close);
        zooKeeper.close();
    }

    private void topic(String name, Map<Integer, List<Integer>> assignment) {
        Clients.await(admin.createTopics(List.of(new NewTopic(name, assignment))).all());
    }

    /** In batches of a hundred records. */
    private void produce(String topic, int count) throws Exception {
        try (KafkaProducer<String, String> producer = clients.producer("acks=all")) {
            for (int i = 0; i < count; i++) {
                producer.send(new ProducerRecord<>(topic, 0, null, Integer.toString(i)));
                if (i % 100 == 99) {
                    producer.flush();
                }
            }
        }
    }

    private TopicPartitionInfo partition(TopicPartition id) {
        return Clients.await(admin.describeTopics(List.of(id.topic())).allTopicNames())
                .get(id.topic())
                .partitions()
                .get(id.partition());
    }

    private static List<Integer> ids(Collection<Node> nodes) {
        return nodes.stream().map(Node::id).toList();
    }

    private static void awaitTrue(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(condition);
    }

    private void reassign(List<Integer> target) {
        Clients.await(admin.alterPartitionReassignments(Map.of(
                        T0, Optional.ofNullable(target).map(NewPartitionReassignment::new)))
                .all());
    }

    private boolean isMoving() {
        return !Clients.await(admin.listPartitionReassignments().reassignments()).isEmpty();
    }

    private Path log(int broker) {
        return brokers.get(broker - 1).data().resolve("t-0");
    }

    @Test
    void partitionsMoveWithTheirRecordsAndLeaderAndMayStayAfterAll() throws Exception {
        topic("t", Map.of(0, List.of(1, 2)));
        produce("t", 1000);
        reassign(List.of(3, 2));
        awaitTrue("moved", () -> !isMoving());
        TopicPartitionInfo moved = partition(T0);
        assertEquals(List.of(3, 2), ids(moved.replicas()));
        assertEquals(Set.of(2, 3), Set.copyOf(ids(moved.isr())));
        awaitTrue("broker 1 has deleted its replica", () -> !Files.exists(log(1)));
        assertTrue(scrape(1).value("kafka_server_brokertopicmetrics_reassignmentbytesout_total") > 1000);
        assertTrue(scrape(3).value("kafka_server_brokertopicmetrics_reassignmentbytesin_total") > 1000);
        assertTrue(scrape(3).has("kafka_server_fetcherstats_bytes_total"));
        awaitTrue("the preferred replica leads", () -> partition(T0).leader().id() == 3);
        assertEquals(1000, clients.readAll("t").size());

        assertThrows(NoReassignmentInProgressException.class, () -> reassign(null));
        assertThrows(InvalidReplicaAssignmentException.class, () -> reassign(List.of(3, 9)));
        Throttle.set(admin, "t", 10); // a batch in ten seconds or so
        reassign(List.of(3, 1));
        assertTrue(isMoving());
        assertEquals(
                List.of(1),
                Clients.await(admin.listPartitionReassignments(Set.of(T0)).reassignments())
                        .get(T0)
                        .addingReplicas());
        reassign(null);
        awaitTrue("stays", () -> !isMoving());
        assertEquals(Set.of(2, 3), Set.copyOf(ids(partition(T0).replicas())));
        awaitTrue("broker 1 has deleted what it had", () -> !Files.exists(log(1)));
        produce("t", 10);

        reassign(List.of(3, 1));
        assertTrue(isMoving());
        Throttle.lift(admin, "t");
        awaitTrue("moved once nothing holds it back", () -> !isMoving());
        assertEquals(List.of(3, 1), ids(partition(T0).replicas()));
        assertEquals(1010, clients.readAll("t").size());
    }

    /** What a broker tells at its admin port, which is 552 above that of its listener. */
    private StrictText scrape(int broker) throws IOException, InterruptedException {
        String bootstrap = brokers.get(broker - 1).bootstrap();
        int port = Integer.parseInt(bootstrap.substring(bootstrap.indexOf(':') + 1)) + 552;
        return StrictText.read(HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body());
    }

    @Test
    void aGroupsLagIsToldOnceWhoeverLeadsItsPartitions() throws Exception {
        topic("t", Map.of(0, List.of(1), 1, List.of(2), 2, List.of(3)));
        produce("t", 200);
        Map<TopicPartition, OffsetAndMetadata> committed =
                Map.of(T0, new OffsetAndMetadata(80), new TopicPartition("t", 1), new OffsetAndMetadata(0));
        Clients.await(admin.alterConsumerGroupOffsets("readers", committed).all());
        awaitTrue("lag", () -> lags("0").equals(List.of(120.0)) && lags("1").equals(List.of(0.0)));
    }

    /** What all brokers together tell of a partition. */
    private List<Double> lags(String partition) throws IOException, InterruptedException {
        List<Double> lags = new ArrayList<>();
        for (int id = 1; id <= 3; id++) {
            StrictText text = scrape(id);
            if (text.hasSample(LAG, "consumergroup", "readers", "topic", "t", "partition", partition)) {
                lags.add(text.value(LAG, "consumergroup", "readers", "topic", "t", "partition", partition));
            }
        }
        return lags;
    }

    private void set(int broker, String name, String value) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(broker));
        Clients.await(admin.incrementalAlterConfigs(Map.of(
                        resource,
                        List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET))))
                .all());
    }

    @Test
    void aCordonedBrokerGivesItsLeadersAwayAndGetsThemBack() throws Exception {
        topic("t", Map.of(0, List.of(2, 1), 1, List.of(2, 3), 2, List.of(1, 2)));
        set(2, "broker.cordoned", "true");
        awaitTrue("nothing is led by broker 2", () -> partition(T0).leader().id() == 1
                && partition(new TopicPartition("t", 1)).leader().id() == 3);
        assertThrows(InvalidReplicaAssignmentException.class, () -> {
            topic("u", Map.of(0, List.of(1)));
            Clients.await(admin.alterPartitionReassignments(Map.of(
                            new TopicPartition("u", 0), Optional.of(new NewPartitionReassignment(List.of(2)))))
                    .all());
        });
        set(2, "broker.cordoned", "false");
        awaitTrue("the preferred replica leads again", () -> partition(T0).leader().id() == 2);
        ElectionNotNeededException notNeeded = assertThrows(
                ElectionNotNeededException.class,
                () -> Clients.await(
                        admin.electLeaders(ElectionType.PREFERRED, Set.of(T0)).all()));
        assertFalse(notNeeded.getMessage().isEmpty());
    }

    @Test
    void anElectionIsPassedOnToWhoeverLeads() {
        set(1, "auto.leader.rebalance.enable", "false");
        set(2, "auto.leader.rebalance.enable", "false");
        topic("t", Map.of(0, List.of(1, 2), 1, List.of(1, 2), 2, List.of(1, 2)));
        brokers.get(0).kill();
        awaitTrue("broker 2 leads", () -> partition(T0).leader().id() == 2);
        brokers.get(0).restart();
        awaitTrue("broker 1 is in sync again", () -> partition(T0).isr().size() == 2);
        Clients.await(admin.electLeaders(ElectionType.PREFERRED, Set.of(T0)).all());
        awaitTrue("broker 1 leads", () -> partition(T0).leader().id() == 1);
    }

    @Test
    void aConsumerReadsInItsRack() throws Exception {
        topic("t", Map.of(0, List.of(1, 2, 3)));
        produce("t", 100);
        try (KafkaConsumer<String, String> consumer = clients.consumer("client.rack=rack-3")) {
            assertEquals(100, Clients.readAll(consumer, List.of(T0)).size());
            assertTrue(consumer.metrics().entrySet().stream()
                    .anyMatch(metric -> metric.getKey().name().equals("preferred-read-replica")
                            && Double.valueOf(3).equals(((Number) metric.getValue().metricValue()).doubleValue())));
        }
    }
}
