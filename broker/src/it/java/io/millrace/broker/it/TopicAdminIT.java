package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Topics, their configs and their records, through kafka-clients' admin client. */
@Timeout(60)
final class TopicAdminIT {
    private static final long NOON = 1_767_355_200_000L;

    @TempDir
    private static Path directory;

    private static BrokerProcess broker;
    private static Clients clients;
    private static Admin admin;

    @BeforeAll
    static void start() {
        broker = BrokerProcess.start(directory, "num.partitions=2");
        clients = broker.clients();
        admin = clients.admin();
    }

    @AfterAll
    static void stop() {
        admin.close();
        broker.close();
    }

    @Test
    void topicsAreCreatedDescribedAndDeletedByNameAndById() {
        CreateTopicsResult created = admin.createTopics(List.of(
                new NewTopic("by-name", 4, (short) 1).configs(Map.of("retention.ms", "1000000")),
                new NewTopic("by-id", Optional.empty(), Optional.empty()),
                new NewTopic("placed", Map.of(0, List.of(brokerId()), 1, List.of(brokerId())))));
        Clients.await(created.all());
        assertEquals(4, Clients.await(created.numPartitions("by-name")));
        assertEquals(1, Clients.await(created.replicationFactor("by-name")));
        assertEquals("1000000", Clients.await(created.config("by-name")).get("retention.ms").value());
        assertEquals(2, Clients.await(created.numPartitions("by-id")));
        Uuid id = Clients.await(created.topicId("by-id"));

        TopicDescription byName = describe("by-name");
        assertEquals(4, byName.partitions().size());
        for (TopicPartitionInfo partition : byName.partitions()) {
            assertEquals(brokerId(), partition.leader().id());
            assertEquals(broker.port(), partition.leader().port());
            assertEquals(1, partition.replicas().size());
            assertEquals(1, partition.isr().size());
        }
        TopicDescription byId = Clients.await(
                        admin.describeTopics(TopicCollection.ofTopicIds(List.of(id))).allTopicIds())
                .get(id);
        assertEquals("by-id", byId.name());
        assertTrue(Clients.await(admin.listTopics().names()).containsAll(Set.of("by-name", "by-id", "placed")));

        Clients.await(admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all());
        Clients.await(admin.deleteTopics(List.of("by-name", "placed")).all());
        assertFalse(Clients.await(admin.listTopics().names()).contains("by-name"));
        assertThrows(UnknownTopicOrPartitionException.class, () -> describe("by-name"));
        assertThrows(
                UnknownTopicOrPartitionException.class,
                () -> Clients.await(admin.deleteTopics(List.of("by-name")).all()));
        assertThrows(
                UnknownTopicIdException.class,
                () -> Clients.await(
                        admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all()));
    }

    @Test
    void aTopicMadeAnewIsEmptyAndHasANewId() {
        clients.createTopic("anew", 1);
        Uuid first = describe("anew").topicId();
        send("anew", 10);
        Clients.await(admin.deleteTopics(List.of("anew")).all());
        clients.createTopic("anew", 1);
        assertNotEquals(first, describe("anew").topicId());
        assertEquals(0, offset("anew", OffsetSpec.latest()).offset());
        send("anew", 3);
        assertEquals(3, clients.readAll("anew").size());
    }

    @Test
    void whatCannotBeCreatedIsRefusedWithTheReason() {
        clients.createTopic("exists", 1);
        assertThrows(TopicExistsException.class, () -> create(new NewTopic("exists", 1, (short) 1)));
        assertThrows(InvalidTopicException.class, () -> create(new NewTopic("no/slashes", 1, (short) 1)));
        assertThrows(InvalidTopicException.class, () -> create(new NewTopic("x".repeat(250), 1, (short) 1)));
        create(new NewTopic("x".repeat(249), 1, (short) 1));
        create(new NewTopic("like.this", 1, (short) 1));
        assertThrows(InvalidTopicException.class, () -> create(new NewTopic("like_this", 1, (short) 1)));
        assertThrows(InvalidPartitionsException.class, () -> create(new NewTopic("none", 0, (short) 1)));
        assertThrows(InvalidReplicationFactorException.class, () -> create(new NewTopic("thrice", 1, (short) 3)));
        assertThrows(
                InvalidReplicaAssignmentException.class,
                () -> create(new NewTopic("elsewhere", Map.of(0, List.of(4711)))));
        assertThrows(
                InvalidConfigurationException.class,
                () -> create(new NewTopic("odd", 1, (short) 1).configs(Map.of("retention.ms", "soon"))));
        assertThrows(
                InvalidConfigurationException.class,
                () -> create(new NewTopic("odd", 1, (short) 1).configs(Map.of("no.such.key", "1"))));
        assertThrows(
                InvalidConfigurationException.class,
                () -> create(new NewTopic("odd", 1, (short) 1).configs(Map.of("cleanup.policy", "shrink"))));
        Clients.await(admin.createTopics(
                        List.of(new NewTopic("only-asked", 1, (short) 1)),
                        new CreateTopicsOptions().validateOnly(true))
                .all());
        Set<String> names = Clients.await(admin.listTopics().names());
        assertTrue(
                List.of("none", "thrice", "elsewhere", "odd", "only-asked", "like_this").stream()
                        .noneMatch(names::contains),
                names::toString);
    }

    @Test
    void partitionsAreAddedAndNeverTakenAway() {
        clients.createTopic("more", 2);
        send("more", 4);
        Map<String, NewPartitions> toFive = Map.of("more", NewPartitions.increaseTo(5));
        Clients.await(admin.createPartitions(toFive, new CreatePartitionsOptions().validateOnly(true))
                .all());
        assertEquals(2, describe("more").partitions().size());
        Clients.await(admin.createPartitions(toFive).all());
        assertEquals(5, describe("more").partitions().size());
        assertThrows(
                InvalidPartitionsException.class,
                () -> Clients.await(admin.createPartitions(Map.of("more", NewPartitions.increaseTo(3)))
                        .all()));
        try (KafkaProducer<String, String> producer = clients.producer()) {
            producer.send(new ProducerRecord<>("more", 4, null, "in the new one"));
        }
        assertEquals(5, clients.readAll("more").size());
    }

    @Test
    void manyPartitionsAreDescribedPageByPage() {
        clients.createTopic("pages", 25);
        TopicDescription description = Clients.await(admin.describeTopics(
                                List.of("pages"), new DescribeTopicsOptions().partitionSizeLimitPerResponse(10))
                        .allTopicNames())
                .get("pages");
        assertEquals(
                IntStream.range(0, 25).boxed().toList(),
                description.partitions().stream()
                        .map(TopicPartitionInfo::partition)
                        .toList());
    }

    @Test
    void configsAreSetDeletedAndToldWithTheirSource() {
        clients.createTopic("configs", 1);
        ConfigEntry unset = config("configs", "retention.ms");
        assertTrue(unset.source() != ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG, unset::toString);

        alter("configs", AlterConfigOp.OpType.SET, "retention.ms", "123456");
        assertEquals("123456", config("configs", "retention.ms").value());
        assertEquals(
                ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG,
                config("configs", "retention.ms").source());

        alter("configs", AlterConfigOp.OpType.DELETE, "retention.ms", "");
        assertEquals(unset.value(), config("configs", "retention.ms").value());

        assertThrows(
                InvalidConfigurationException.class,
                () -> alter("configs", AlterConfigOp.OpType.SET, "cleanup.policy", "shrink"));
        assertThrows(
                InvalidConfigurationException.class,
                () -> alter("configs", AlterConfigOp.OpType.SET, "retention.ms", "many"));
        assertThrows(
                InvalidConfigurationException.class,
                () -> alter("configs", AlterConfigOp.OpType.SET, "no.such.key", "1"));
        assertThrows(
                UnknownTopicOrPartitionException.class,
                () -> alter("never-made", AlterConfigOp.OpType.SET, "retention.ms", "1"));

        ConfigResource ofBroker = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(brokerId()));
        ConfigEntry partitions = Clients.await(
                        admin.describeConfigs(List.of(ofBroker)).all())
                .get(ofBroker)
                .get("num.partitions");
        assertEquals("2", partitions.value());
    }

    @Test
    void aConfigActsAtOnce() {
        clients.createTopic("acts", 1);
        alter("acts", AlterConfigOp.OpType.SET, "max.message.bytes", "1000");
        try (KafkaProducer<String, String> producer = clients.producer()) {
            assertThrows(Exception.class, () -> producer.send(new ProducerRecord<>("acts", "x".repeat(2_000)))
                    .get());
            alter("acts", AlterConfigOp.OpType.DELETE, "max.message.bytes", "");
            producer.send(new ProducerRecord<>("acts", "x".repeat(2_000)));
        }
        assertEquals(1, clients.readAll("acts").size());
    }

    @Test
    void recordsAreDeletedUpToAnOffset() {
        clients.createTopic("cut", 1);
        TopicPartition partition = new TopicPartition("cut", 0);
        send("cut", 100);
        assertEquals(
                30,
                Clients.await(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(30)))
                                .lowWatermarks()
                                .get(partition))
                        .lowWatermark());
        assertEquals(30, offset("cut", OffsetSpec.earliest()).offset());
        assertEquals(70, clients.readAll("cut").size());
        assertThrows(
                OffsetOutOfRangeException.class,
                () -> Clients.await(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(101)))
                        .all()));
        Clients.await(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(-1)))
                .all());
        assertEquals(100, offset("cut", OffsetSpec.earliest()).offset());
        assertEquals(0, clients.readAll("cut").size());
    }

    @Test
    void offsetsAreListedByPlaceAndByTime() {
        clients.createTopic("listed", 1);
        assertEquals(-1, offset("listed", OffsetSpec.maxTimestamp()).offset());
        long[] times = {NOON, NOON + 5_000, NOON + 9_000, NOON + 7_000, NOON + 8_000};
        try (KafkaProducer<String, String> producer = clients.producer("linger.ms=0")) {
            for (long time : times) {
                producer.send(new ProducerRecord<>("listed", 0, time, null, "x"));
                producer.flush();
            }
        }
        assertEquals(0, offset("listed", OffsetSpec.earliest()).offset());
        assertEquals(5, offset("listed", OffsetSpec.latest()).offset());
        ListOffsetsResultInfo latest = offset("listed", OffsetSpec.maxTimestamp());
        assertEquals(2, latest.offset());
        assertEquals(NOON + 9_000, latest.timestamp());
        assertEquals(1, offset("listed", OffsetSpec.forTimestamp(NOON + 1)).offset());
        assertEquals(2, offset("listed", OffsetSpec.forTimestamp(NOON + 5_001)).offset());
        assertEquals(-1, offset("listed", OffsetSpec.forTimestamp(NOON + 9_001)).offset());
    }

    @Test
    void theClusterIsThisBroker() throws Exception {
        DescribeClusterResult cluster = admin.describeCluster();
        assertEquals(1, cluster.nodes().get().size());
        assertEquals(broker.port(), cluster.controller().get().port());
        assertTrue(broker.readyLine().contains(cluster.clusterId().get()), broker::readyLine);
        assertTrue(broker.readyLine().contains("broker " + brokerId()), broker::readyLine);
    }

    @Test
    void logDirsTellWhatPartitionsWeigh() {
        clients.createTopic("weight", 1);
        send("weight", 1_000);
        Map<String, LogDirDescription> dirs = Clients.await(
                        admin.describeLogDirs(List.of(brokerId())).allDescriptions())
                .get(brokerId());
        assertEquals(Set.of(broker.data().toString()), dirs.keySet());
        LogDirDescription dir = dirs.values().iterator().next();
        long size = dir.replicaInfos().get(new TopicPartition("weight", 0)).size();
        assertTrue(size > 1_000 && size < 100_000, () -> "size " + size);
        assertTrue(dir.totalBytes().orElseThrow() > dir.usableBytes().orElseThrow(), dir::toString);
    }

    @Test
    void producersAreDescribed() {
        clients.createTopic("producers", 1);
        TopicPartition partition = new TopicPartition("producers", 0);
        try (KafkaProducer<String, String> producer = clients.producer("linger.ms=0")) {
            for (int i = 0; i < 7; i++) {
                producer.send(new ProducerRecord<>("producers", "x"));
            }
        }
        Collection<ProducerState> producers = Clients.await(
                        admin.describeProducers(List.of(partition)).partitionResult(partition))
                .activeProducers();
        assertEquals(1, producers.size());
        ProducerState state = producers.iterator().next();
        assertEquals(6, state.lastSequence());
        assertEquals(0, state.producerEpoch());
        assertTrue(state.producerId() >= 0);
        assertTrue(state.currentTransactionStartOffset().isEmpty());
    }

    private static int brokerId() {
        return Clients.await(admin.describeCluster().nodes()).iterator().next().id();
    }

    private static void create(NewTopic topic) {
        Clients.await(admin.createTopics(List.of(topic)).all());
    }

    private static TopicDescription describe(String topic) {
        return Clients.await(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
    }

    private static ConfigEntry config(String topic, String key) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return Clients.await(admin.describeConfigs(List.of(resource)).all())
                .get(resource)
                .get(key);
    }

    private static void alter(String topic, AlterConfigOp.OpType operation, String key, String value) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        AlterConfigOp change = new AlterConfigOp(new ConfigEntry(key, value), operation);
        Clients.await(admin.incrementalAlterConfigs(Map.of(resource, List.of(change)))
                .all());
    }

    private static ListOffsetsResultInfo offset(String topic, OffsetSpec asked) {
        TopicPartition partition = new TopicPartition(topic, 0);
        return Clients.await(admin.listOffsets(Map.of(partition, asked)).partitionResult(partition));
    }

    private static void send(String topic, int count) {
        try (KafkaProducer<String, String> producer = clients.producer()) {
            IntStream.range(0, count)
                    .forEach(i -> producer.send(new ProducerRecord<>(topic, 0, null, Integer.toString(i))));
        }
    }
}
