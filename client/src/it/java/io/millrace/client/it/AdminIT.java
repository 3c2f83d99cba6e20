package io.millrace.client.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.admin.Admin;
import io.millrace.client.admin.BrokerReplica;
import io.millrace.client.admin.ClusterDescription;
import io.millrace.client.admin.CommittedOffset;
import io.millrace.client.admin.ConfigChange;
import io.millrace.client.admin.ConfigEntry;
import io.millrace.client.admin.ConfigResource;
import io.millrace.client.admin.Done;
import io.millrace.client.admin.Elected;
import io.millrace.client.admin.Election;
import io.millrace.client.admin.GroupDescription;
import io.millrace.client.admin.GroupListing;
import io.millrace.client.admin.ItemResult;
import io.millrace.client.admin.ListedOffset;
import io.millrace.client.admin.LogDir;
import io.millrace.client.admin.NewPartitions;
import io.millrace.client.admin.NewTopic;
import io.millrace.client.admin.OffsetAt;
import io.millrace.client.admin.QuotaChange;
import io.millrace.client.admin.QuotaEntity;
import io.millrace.client.admin.QuotaFilter;
import io.millrace.client.admin.TopicCreated;
import io.millrace.client.admin.TopicDescription;
import io.millrace.client.testing.Backend;
import io.millrace.client.testing.ClusterUnderTest;
import io.millrace.client.testing.KafkaClients;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Our admin client and a real broker, held against kafka-clients' admin client. */
@Timeout(120)
@ParameterizedClass
@EnumSource(Backend.class)
final class AdminIT {
    private static final long NOON = 1_767_355_200_000L;

    @TempDir
    private static Path directory;

    private static ClusterUnderTest broker;
    private static KafkaClients kafka;
    private static Admin ours;
    private static org.apache.kafka.clients.admin.Admin theirs;

    @Parameter
    Backend backend;

    @BeforeParameterizedClassInvocation
    static void start(Backend tried) {
        broker = tried.start(directory, "num.partitions=3", "group.initial.rebalance.delay.ms=0");
        kafka = new KafkaClients(broker.bootstrap());
        ours = Admin.open(ClientConfig.of(broker.bootstrap()));
        theirs = org.apache.kafka.clients.admin.Admin.create(Map.of("bootstrap.servers", broker.bootstrap()));
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        ours.close();
        theirs.close();
        broker.close();
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ErrorCode error(ItemResult<?> result) {
        return result.failure().map(MillraceException::error).orElse(ErrorCode.NONE);
    }

    private static org.apache.kafka.common.TopicPartition their(TopicPartition partition) {
        return new org.apache.kafka.common.TopicPartition(partition.topic(), partition.partition());
    }

    private static int self() {
        return get(ours.describeCluster()).get().nodes().get(0).id();
    }

    private static void create(String topic, int partitions) {
        ItemResult.getAll(get(ours.createTopics(NewTopic.of(topic, partitions, 1))));
        kafka.awaitTopic(topic, partitions);
    }

    /** What the controller of Apache Kafka has done its broker tells a moment later. */
    private static void soon(ThrowingRunnable asserted) {
        Awaitility.await().untilAsserted(asserted);
    }

    private static void write(String topic, int partition, int records) {
        try (var producer = kafka.producer()) {
            for (int i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>(topic, partition, NOON + i * 1_000L, null, new byte[100]));
            }
        }
    }

    @Test
    void theClusterIsTheSame() {
        ClusterDescription cluster = get(ours.describeCluster()).get();
        var described = theirs.describeCluster();

        assertEquals(get(described.clusterId()), cluster.id());
        assertEquals(get(described.controller()).id(), cluster.controller().orElseThrow());
        assertEquals(
                get(described.nodes()).stream()
                        .map(node -> node.id() + "@" + node.host() + ":" + node.port() + node.rack())
                        .toList(),
                cluster.nodes().stream()
                        .map(node -> node.id() + "@" + node.address()
                                + node.rack().orElse(null))
                        .toList());
    }

    @Test
    void topicsAreCreatedDescribedAndDeleted() {
        Map<String, ItemResult<TopicCreated>> checked = get(ours.checkTopics(NewTopic.of("checked", 2, 1)));
        assertTrue(checked.get("checked").isSuccess());
        Map<String, ItemResult<TopicCreated>> created = get(ours.createTopics(
                NewTopic.of("made", 4, 1).config("retention.ms", "86400000"),
                NewTopic.of("usual"),
                NewTopic.assigned("assigned", List.of(List.of(self()), List.of(self()))),
                NewTopic.of("too-many", 1, 9),
                NewTopic.of("bad name", 1, 1),
                NewTopic.of("misset", 1, 1).config("retention.mss", "1")));

        assertEquals(4, created.get("made").get().partitions());
        assertEquals(3, created.get("usual").get().partitions());
        assertEquals(ErrorCode.INVALID_REPLICATION_FACTOR, error(created.get("too-many")));
        assertEquals(ErrorCode.INVALID_TOPIC_EXCEPTION, error(created.get("bad name")));
        assertEquals(ErrorCode.INVALID_CONFIG, error(created.get("misset")));
        assertEquals(
                ErrorCode.TOPIC_ALREADY_EXISTS,
                error(get(ours.createTopics(NewTopic.of("made", 1, 1))).get("made")));

        List<String> names = List.of("made", "usual", "assigned");
        kafka.awaitTopic("made", 4);
        kafka.awaitTopic("usual", 3);
        kafka.awaitTopic("assigned", 2);
        var listed = get(ours.listTopics()).get();
        assertEquals(get(theirs.listTopics(new org.apache.kafka.clients.admin.ListTopicsOptions().listInternal(true))
                        .names()),
                listed.keySet());
        assertFalse(listed.containsKey("checked"));

        var described = get(theirs.describeTopics(names).allTopicNames());
        Map<String, TopicDescription> mine = ItemResult.getAll(get(ours.describeTopics(names)));
        for (String name : names) {
            assertEquals(described.get(name).topicId().toString(), mine.get(name).id().toString());
            assertEquals(mine.get(name).id(), created.get(name).get().id());
            assertEquals(
                    described.get(name).partitions().stream()
                            .map(p -> p.partition() + " " + p.leader().id() + " " + p.replicas().size() + " "
                                    + p.isr().size())
                            .toList(),
                    mine.get(name).partitions().stream()
                            .map(p -> p.number() + " " + p.leader().orElseThrow() + " "
                                    + p.replicas().size() + " " + p.isr().size())
                            .toList());
        }
        Uuid usual = mine.get("usual").id();
        assertEquals(mine.get("usual"), get(ours.describeTopicsById(List.of(usual))).get(usual).get());

        Map<String, ItemResult<Done>> grown =
                get(ours.addPartitions(Map.of("made", NewPartitions.to(6), "usual", NewPartitions.to(1))));
        assertTrue(grown.get("made").isSuccess());
        assertEquals(ErrorCode.INVALID_PARTITIONS, error(grown.get("usual")));
        assertTrue(get(ours.checkPartitions(Map.of("made", NewPartitions.to(9)))).get("made").isSuccess());
        kafka.awaitTopic("made", 6);

        Uuid unknown = new Uuid(1, 2);
        Map<Uuid, ItemResult<Done>> byId = get(ours.deleteTopicsById(List.of(usual, unknown)));
        assertTrue(byId.get(usual).isSuccess());
        assertEquals(ErrorCode.UNKNOWN_TOPIC_ID, error(byId.get(unknown)));
        Map<String, ItemResult<Done>> byName = get(ours.deleteTopics(List.of("made", "assigned", "nowhere")));
        assertTrue(byName.get("made").isSuccess());
        assertEquals(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, error(byName.get("nowhere")));
        soon(() -> assertTrue(get(theirs.listTopics().names()).stream().noneMatch(names::contains)));
    }

    private static String described(org.apache.kafka.clients.admin.ConfigEntry entry) {
        return entry.name() + "=" + entry.value() + " " + entry.type() + " " + entry.isReadOnly() + " "
                + entry.isSensitive() + " " + entry.source().name().replace("_CONFIG", "").replace("DEFAULT_BROKER", "ALL_BROKERS");
    }

    private static String described(ConfigEntry entry) {
        return entry.key() + "=" + entry.value().orElse(null) + " " + entry.type() + " " + entry.readOnly() + " "
                + entry.sensitive() + " " + entry.source();
    }

    private static void assertSameConfigs(ConfigResource resource) {
        var type = resource.type() == ConfigResource.Type.TOPIC
                ? org.apache.kafka.common.config.ConfigResource.Type.TOPIC
                : org.apache.kafka.common.config.ConfigResource.Type.BROKER;
        var their = new org.apache.kafka.common.config.ConfigResource(type, resource.name());
        assertEquals(
                get(theirs.describeConfigs(List.of(their)).all()).get(their).entries().stream()
                        .map(AdminIT::described)
                        .sorted()
                        .toList(),
                get(ours.describeConfigs(List.of(resource))).get(resource).get().values().stream()
                        .map(AdminIT::described)
                        .sorted()
                        .toList());
    }

    @Test
    void settingsAreToldAndChanged() {
        create("settings", 1);
        ConfigResource topic = ConfigResource.topic("settings");
        ConfigResource self = ConfigResource.broker(self());
        Map<ConfigResource, ItemResult<Done>> changed = get(ours.alterConfigs(Map.of(
                topic,
                List.of(
                        ConfigChange.set("retention.ms", "3600000"),
                        ConfigChange.append("cleanup.policy", "compact"),
                        ConfigChange.set("max.message.bytes", "2000000")),
                ConfigResource.topic("nowhere"),
                List.of(ConfigChange.set("retention.ms", "1")))));
        assertTrue(changed.get(topic).isSuccess(), changed::toString);
        assertEquals(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, error(changed.get(ConfigResource.topic("nowhere"))));
        soon(() -> assertEquals("3600000", value(topic, "retention.ms")));
        assertSameConfigs(topic);
        assertSameConfigs(self);
        assertSameConfigs(ConfigResource.allBrokers());

        Map<String, ConfigEntry> entries =
                get(ours.describeConfigs(List.of(topic))).get(topic).get();
        assertEquals(ConfigEntry.Source.DYNAMIC_TOPIC, entries.get("retention.ms").source());
        assertEquals(Set.of("delete", "compact"), Set.of(entries.get("cleanup.policy").value().orElseThrow().split(",")));
        assertFalse(entries.get("retention.ms").synonyms().isEmpty());

        assertTrue(get(ours.checkConfigs(Map.of(topic, List.of(ConfigChange.delete("retention.ms")))))
                .get(topic)
                .isSuccess());
        assertEquals(
                ErrorCode.INVALID_CONFIG,
                error(get(ours.alterConfigs(Map.of(topic, List.of(ConfigChange.set("retention.ms", "soon")))))
                        .get(topic)));
        ItemResult.getAll(get(ours.alterConfigs(Map.of(topic, List.of(ConfigChange.delete("retention.ms"))))));
        soon(() -> assertNotEquals("3600000", value(topic, "retention.ms")));
    }

    private static String value(ConfigResource resource, String key) {
        return get(ours.describeConfigs(List.of(resource)))
                .get(resource)
                .get()
                .get(key)
                .value()
                .orElseThrow();
    }

    @Test
    void groupsAndTheirPositionsAreToldAndChanged() {
        create("read", 2);
        write("read", 0, 10);
        TopicPartition first = new TopicPartition("read", 0);
        TopicPartition second = new TopicPartition("read", 1);
        try (var consumer = kafka.consumer("group.id=readers", "auto.offset.reset=earliest", "client.id=reader-1")) {
            consumer.subscribe(List.of("read"));
            int read = 0;
            while (read < 10) {
                read += consumer.poll(Duration.ofMillis(200)).count();
            }
            consumer.commitSync();

            GroupDescription mine = get(ours.describeGroup("readers")).get();
            var their = get(theirs.describeConsumerGroups(List.of("readers")).all()).get("readers");
            var member = their.members().iterator().next();
            assertEquals("Stable", mine.state());
            assertEquals(their.partitionAssignor(), mine.assignor());
            assertEquals(their.coordinator().id(), mine.coordinator());
            assertEquals(1, mine.members().size());
            assertEquals(member.consumerId(), mine.members().get(0).id());
            assertEquals("reader-1", mine.members().get(0).clientId());
            assertEquals(member.host(), mine.members().get(0).host());
            assertEquals(Set.of(first, second), mine.members().get(0).assignment());

            assertEquals(
                    ErrorCode.UNKNOWN_MEMBER_ID,
                    error(get(ours.alterGroupOffsets("readers", Map.of(first, CommittedOffset.of(1))))
                            .get(first)));
            assertEquals(
                    ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC,
                    error(get(ours.deleteGroupOffsets("readers", List.of(first))).get(first)));
            assertEquals(
                    ErrorCode.NON_EMPTY_GROUP,
                    error(get(ours.deleteGroups(List.of("readers"))).get("readers")));
        }
        assertEquals(
                Optional.of("Empty"),
                get(ours.listGroups()).get().groups().stream()
                        .filter(group -> group.id().equals("readers"))
                        .map(GroupListing::state)
                        .findFirst());
        assertEquals(
                10, get(ours.listGroupOffsets("readers")).get().get(first).offset());
        ItemResult.getAll(get(ours.alterGroupOffsets(
                "readers", Map.of(first, CommittedOffset.of(4), second, CommittedOffset.of(0)))));
        Map<org.apache.kafka.common.TopicPartition, Long> theirPositions = new HashMap<>();
        Map<org.apache.kafka.common.TopicPartition, OffsetAndMetadata> told =
                get(theirs.listConsumerGroupOffsets("readers").partitionsToOffsetAndMetadata());
        told.forEach((partition, position) -> theirPositions.put(partition, position.offset()));
        assertEquals(Map.of(their(first), 4L, their(second), 0L), theirPositions);

        ItemResult.getAll(get(ours.deleteGroupOffsets("readers", List.of(second))));
        assertEquals(Set.of(first), get(ours.listGroupOffsets("readers")).get().keySet());
        Map<String, ItemResult<Done>> deleted = get(ours.deleteGroups(List.of("readers", "nobody")));
        assertTrue(deleted.get("readers").isSuccess());
        assertEquals(ErrorCode.GROUP_ID_NOT_FOUND, error(deleted.get("nobody")));
        assertEquals(ErrorCode.GROUP_ID_NOT_FOUND, error(get(ours.describeGroup("readers"))));
    }

    @Test
    void offsetsAreFoundAndRecordsDeleted() {
        // the records are old, and would be deleted as such at any moment
        ItemResult.getAll(get(ours.createTopics(NewTopic.of("found", 2, 1).config("retention.ms", "-1"))));
        kafka.awaitTopic("found", 2);
        write("found", 0, 10);
        TopicPartition partition = new TopicPartition("found", 0);
        Map<OffsetAt, OffsetSpec> asked = Map.of(
                OffsetAt.earliest(), OffsetSpec.earliest(),
                OffsetAt.latest(), OffsetSpec.latest(),
                OffsetAt.maxTimestamp(), OffsetSpec.maxTimestamp(),
                OffsetAt.time(Instant.ofEpochMilli(NOON + 4_500)), OffsetSpec.forTimestamp(NOON + 4_500),
                OffsetAt.time(Instant.ofEpochMilli(NOON + 90_000)), OffsetSpec.forTimestamp(NOON + 90_000));
        asked.forEach((our, their) -> {
            ListedOffset mine =
                    get(ours.listOffsets(Map.of(partition, our))).get(partition).get();
            var info = get(theirs.listOffsets(Map.of(their(partition), their)).all()).get(their(partition));
            assertEquals(info.offset(), mine.offset().orElse(-1), our::toString);
            assertEquals(info.timestamp(), mine.timestamp().orElse(-1), our::toString);
            assertEquals(info.leaderEpoch().orElse(-1), mine.leaderEpoch().orElse(-1), our::toString);
        });

        TopicPartition empty = new TopicPartition("found", 1);
        Map<TopicPartition, ItemResult<Long>> deleted = get(ours.deleteRecords(Map.of(partition, 7L, empty, 5L)));
        assertEquals(7, deleted.get(partition).get());
        assertEquals(ErrorCode.OFFSET_OUT_OF_RANGE, error(deleted.get(empty)));
        assertEquals(
                7,
                get(ours.listOffsets(Map.of(partition, OffsetAt.earliest())))
                        .get(partition)
                        .get()
                        .offset()
                        .orElseThrow());
        assertEquals(
                10, get(ours.deleteRecords(Map.of(partition, -1L))).get(partition).get());
    }

    @Test
    void partitionsStayWhereTheyAre() {
        create("placed", 1);
        TopicPartition partition = new TopicPartition("placed", 0);

        assertEquals(
                Elected.NOT_NEEDED,
                get(ours.electLeaders(Election.PREFERRED, List.of(partition)))
                        .get(partition)
                        .get());
        assertEquals(Map.of(), get(ours.electAllLeaders(Election.PREFERRED)).get());
        assertEquals(Map.of(), get(ours.listReassignments()).get());
        assertTrue(get(ours.reassign(Map.of(partition, List.of(self())))).get(partition).isSuccess());
        assertEquals(
                ErrorCode.NO_REASSIGNMENT_IN_PROGRESS,
                error(get(ours.cancelReassignments(Set.of(partition))).get(partition)));
        assertEquals(
                ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                error(get(ours.reassign(Map.of(partition, List.of(99)))).get(partition)));
    }

    @Test
    void logDirectoriesAreTheSame() {
        create("stored", 2);
        write("stored", 1, 50);
        int self = self();
        var described = get(theirs.describeLogDirs(List.of(self)).allDescriptions()).get(self);
        Map<String, LogDir> mine = ItemResult.getAll(
                get(ours.describeLogDirs(List.of(self))).get(self).get());

        assertEquals(described.keySet(), mine.keySet());
        TopicPartition partition = new TopicPartition("stored", 1);
        String path = described.keySet().iterator().next();
        assertTrue(mine.get(path).replicas().get(partition).sizeBytes() > 0);
        assertEquals(
                described.get(path).replicaInfos().get(their(partition)).size(),
                mine.get(path).replicas().get(partition).sizeBytes());
        assertEquals(described.get(path).totalBytes(), mine.get(path).totalBytes());
        ItemResult<Done> moved = get(ours.alterReplicaLogDirs(
                        Map.of(new BrokerReplica(partition, self), "/no/such/directory")))
                .get(new BrokerReplica(partition, self));
        assertTrue(
                Set.of(ErrorCode.LOG_DIR_NOT_FOUND, ErrorCode.UNSUPPORTED_VERSION).contains(error(moved)),
                moved::toString);
    }

    @Test
    void quotasAreToldAndChanged() {
        QuotaEntity web = QuotaEntity.clientId("web");
        QuotaEntity rest = QuotaEntity.defaultOf(QuotaEntity.CLIENT_ID);
        QuotaEntity both = QuotaEntity.userClientId("ann", "web");
        Map<QuotaEntity, ItemResult<Done>> changed = get(ours.alterQuotas(Map.of(
                web, List.of(QuotaChange.set("producer_byte_rate", 1e6), QuotaChange.set("consumer_byte_rate", 2e6)),
                rest, List.of(QuotaChange.set("producer_byte_rate", 5e5)),
                both, List.of(QuotaChange.set("no_such_rate", 1)))));
        assertTrue(changed.get(web).isSuccess(), changed::toString);
        assertTrue(changed.get(rest).isSuccess(), changed::toString);
        assertTrue(changed.get(both).isFailure());

        soon(() -> assertEquals(
                2, get(ours.describeQuotas(QuotaFilter.all())).get().size()));
        Map<Map<String, String>, Map<String, Double>> their = new HashMap<>();
        get(theirs.describeClientQuotas(ClientQuotaFilter.all()).entities())
                .forEach((entity, values) -> their.put(entity.entries(), values));
        Map<Map<String, String>, Map<String, Double>> mine = new HashMap<>();
        get(ours.describeQuotas(QuotaFilter.all())).get().forEach((entity, values) -> {
            Map<String, String> parts = new HashMap<>();
            entity.parts().forEach((type, name) -> parts.put(type, name.orElse(null)));
            mine.put(parts, values);
        });
        assertEquals(their, mine);
        assertEquals(
                Set.of(web),
                get(ours.describeQuotas(QuotaFilter.exactly(web))).get().keySet());
        assertEquals(
                Set.of(web),
                get(ours.describeQuotas(QuotaFilter.all().with(QuotaEntity.CLIENT_ID, "web")))
                        .get()
                        .keySet());

        ItemResult.getAll(get(ours.alterQuotas(Map.of(
                web, List.of(QuotaChange.remove("producer_byte_rate"), QuotaChange.remove("consumer_byte_rate")),
                rest, List.of(QuotaChange.remove("producer_byte_rate"))))));
        soon(() -> assertEquals(
                Map.of(), get(ours.describeQuotas(QuotaFilter.all())).get()));
    }
}
