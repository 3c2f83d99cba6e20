package io.millrace.client.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.MillraceException.Reason;
import io.millrace.client.testing.FakeCluster;
import io.millrace.client.testing.Reply;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.AlterReplicaLogDirsRequest;
import io.millrace.protocol.message.AlterReplicaLogDirsResponse;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.CreateTopicsRequest;
import io.millrace.protocol.message.CreateTopicsResponse;
import io.millrace.protocol.message.DescribeConfigsRequest;
import io.millrace.protocol.message.DescribeConfigsResponse;
import io.millrace.protocol.message.ElectLeadersResponse;
import io.millrace.protocol.message.ListOffsetsRequest;
import io.millrace.protocol.message.ListOffsetsResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.ToIntFunction;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Topics, settings and partitions: routed, split, joined and tried again, against scripted brokers. */
@Timeout(30)
final class AdminTest {
    private static final Duration SHORT = Duration.ofMillis(700);
    private static final TopicPartition FIRST = new TopicPartition("orders", 0);
    private static final TopicPartition SECOND = new TopicPartition("orders", 1);

    private final FakeCluster cluster = new FakeCluster(2).topic("orders", 1, 2);
    private final Admin admin = Admin.open(ClientConfig.builder(cluster.bootstrap())
            .retryBackoff(Duration.ofMillis(5), Duration.ofMillis(20))
            .reconnectBackoff(Duration.ofMillis(5), Duration.ofMillis(20))
            .build());

    @AfterEach
    void close() {
        admin.close();
        cluster.close();
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static ErrorCode error(ItemResult<?> result) {
        return result.failure().map(MillraceException::error).orElse(ErrorCode.NONE);
    }

    private static Reply created(CreateTopicsRequest request, ToIntFunction<String> error) {
        return Reply.of(CreateTopicsResponse.builder()
                .topics(request.topics().stream()
                        .map(topic -> CreateTopicsResponse.Topic.builder()
                                .name(topic.name())
                                .topicId(new Uuid(7, 7))
                                .errorCode((short) error.applyAsInt(topic.name()))
                                .errorMessage(error.applyAsInt(topic.name()) == 0 ? null : "says the broker")
                                .numPartitions(topic.numPartitions())
                                .replicationFactor(topic.replicationFactor())
                                .build())
                        .toList())
                .build());
    }

    @Test
    void aTopicThatIsThereAlreadyKeepsNoOtherFromBeingCreated() {
        cluster.broker(1)
                .on(
                        ApiKey.CREATE_TOPICS,
                        call -> created(
                                call.as(CreateTopicsRequest.class),
                                name -> name.equals("old") ? ErrorCode.TOPIC_ALREADY_EXISTS.code() : 0));

        Map<String, ItemResult<TopicCreated>> results = get(admin.createTopics(
                NewTopic.of("old", 1, 1), NewTopic.of("new", 12, 3).config("retention.ms", "1")));

        assertEquals(List.of("old", "new"), List.copyOf(results.keySet()));
        assertEquals(ErrorCode.TOPIC_ALREADY_EXISTS, error(results.get("old")));
        assertEquals(
                "Topic 'old' was not created: says the broker (TOPIC_ALREADY_EXISTS)",
                results.get("old").failure().orElseThrow().getMessage());
        assertEquals(
                new TopicCreated("new", new Uuid(7, 7), 12, 3),
                results.get("new").get());
        CreateTopicsRequest request =
                cluster.broker(1).calls(ApiKey.CREATE_TOPICS).get(0).as(CreateTopicsRequest.class);
        assertEquals("retention.ms", request.topics().get(1).configs().get(0).name());
    }

    @Test
    void onlyWhatTheControllerCouldNotDoYetIsTriedAgain() {
        List<List<String>> asked = new ArrayList<>();
        cluster.broker(1).on(ApiKey.CREATE_TOPICS, call -> {
            CreateTopicsRequest request = call.as(CreateTopicsRequest.class);
            asked.add(request.topics().stream()
                    .map(CreateTopicsRequest.Topic::name)
                    .toList());
            return created(request, name -> name.equals("b") && asked.size() < 3 ? ErrorCode.NOT_CONTROLLER.code() : 0);
        });

        Map<String, ItemResult<TopicCreated>> results =
                get(admin.createTopics(NewTopic.of("a"), NewTopic.of("b"), NewTopic.of("c")));

        assertTrue(results.values().stream().allMatch(ItemResult::isSuccess), results::toString);
        assertEquals(List.of(List.of("a", "b", "c"), List.of("b"), List.of("b")), asked);
    }

    @Test
    void whatAnAnswerLeavesOutHasFailed() {
        cluster.broker(1)
                .on(
                        ApiKey.CREATE_TOPICS,
                        call -> Reply.of(CreateTopicsResponse.builder().build()));

        ItemResult<TopicCreated> result =
                get(admin.createTopics(NewTopic.of("orders"))).get("orders");

        assertEquals(ErrorCode.UNKNOWN_SERVER_ERROR, error(result));
    }

    private Reply offsets(ListOffsetsRequest request, int broker, long offset) {
        return Reply.of(ListOffsetsResponse.builder()
                .topics(request.topics().stream()
                        .map(topic -> new ListOffsetsResponse.Topic(
                                topic.name(),
                                topic.partitions().stream()
                                        .map(partition -> {
                                            boolean leads =
                                                    cluster.leader(topic.name(), partition.partitionIndex()) == broker;
                                            return ListOffsetsResponse.Topic.Partition.builder()
                                                    .partitionIndex(partition.partitionIndex())
                                                    .errorCode(
                                                            leads ? ErrorCode.NONE : ErrorCode.NOT_LEADER_OR_FOLLOWER)
                                                    .offset(leads ? offset : -1)
                                                    .build();
                                        })
                                        .toList()))
                        .toList())
                .build());
    }

    private void offsets() {
        cluster.brokers()
                .forEach(broker -> broker.on(
                        ApiKey.LIST_OFFSETS,
                        call -> offsets(call.as(ListOffsetsRequest.class), broker.id(), 10L * broker.id())));
    }

    @Test
    void eachLeaderIsAskedForItsPartitions() {
        offsets();

        Map<TopicPartition, ItemResult<ListedOffset>> results =
                get(admin.listOffsets(Map.of(FIRST, OffsetAt.latest(), SECOND, OffsetAt.latest())));

        assertEquals(10, results.get(FIRST).get().offset().orElseThrow());
        assertEquals(20, results.get(SECOND).get().offset().orElseThrow());
        assertEquals(1, cluster.broker(1).calls(ApiKey.LIST_OFFSETS).size());
        assertEquals(1, cluster.broker(2).calls(ApiKey.LIST_OFFSETS).size());
    }

    @Test
    void aLeaderThatMovesIsFollowedForItsPartitionAlone() {
        offsets();
        cluster.broker(1).once(ApiKey.LIST_OFFSETS, call -> {
            cluster.lead("orders", 0, 2);
            return offsets(call.as(ListOffsetsRequest.class), 1, 10);
        });

        Map<TopicPartition, ItemResult<ListedOffset>> results =
                get(admin.listOffsets(Map.of(FIRST, OffsetAt.earliest(), SECOND, OffsetAt.earliest())));

        assertEquals(20, results.get(FIRST).get().offset().orElseThrow());
        assertEquals(20, results.get(SECOND).get().offset().orElseThrow());
        assertEquals(2, cluster.broker(2).calls(ApiKey.LIST_OFFSETS).size());
    }

    @Test
    void aTopicThatNobodyKnowsIsAFailureOfItsOwn() {
        offsets();
        TopicPartition typo = new TopicPartition("odrers", 0);
        TopicPartition beyond = new TopicPartition("orders", 2);

        Map<TopicPartition, ItemResult<ListedOffset>> results = get(admin.listOffsets(
                Map.of(typo, OffsetAt.latest(), beyond, OffsetAt.latest(), FIRST, OffsetAt.latest())));

        assertEquals(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, error(results.get(typo)));
        assertEquals(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, error(results.get(beyond)));
        assertEquals(10, results.get(FIRST).get().offset().orElseThrow());
    }

    @Test
    void aSilentLeaderCostsItsOwnPartitionsAndNoMoreThanTheTime() {
        offsets();
        cluster.broker(2).on(ApiKey.LIST_OFFSETS, call -> new Reply.Silence());
        long from = System.nanoTime();

        Map<TopicPartition, ItemResult<ListedOffset>> results =
                get(admin.within(SHORT).listOffsets(Map.of(FIRST, OffsetAt.latest(), SECOND, OffsetAt.latest())));

        Duration took = Duration.ofNanos(System.nanoTime() - from);
        assertEquals(10, results.get(FIRST).get().offset().orElseThrow());
        assertEquals(
                Reason.TIMED_OUT, results.get(SECOND).failure().orElseThrow().reason());
        assertTrue(took.compareTo(SHORT.plusSeconds(5)) < 0, () -> "took " + took);
    }

    @Test
    void aPartitionWithoutALeaderIsAskedForUntilTimeIsOver() {
        cluster.topic("idle", -1);
        TopicPartition idle = new TopicPartition("idle", 0);

        ItemResult<ListedOffset> result = get(admin.within(SHORT).listOffsets(Map.of(idle, OffsetAt.latest())))
                .get(idle);

        assertEquals(ErrorCode.LEADER_NOT_AVAILABLE, error(result));
    }

    @Test
    void whenNoBrokerCanBeReachedEachItemSaysSo() {
        cluster.brokers().forEach(broker -> broker.down());

        Map<String, ItemResult<TopicDescription>> results =
                get(admin.within(SHORT).describeTopics(List.of("orders", "other")));

        assertEquals(2, results.size());
        results.values()
                .forEach(result -> assertEquals(
                        Reason.UNREACHABLE, result.failure().orElseThrow().reason()));
        assertTrue(get(admin.within(SHORT).listGroups()).isFailure());
    }

    @Test
    void closingEndsWhatIsUnderWay() {
        CompletableFuture<Void> never = new CompletableFuture<>();
        cluster.broker(1)
                .on(
                        ApiKey.CREATE_TOPICS,
                        call -> new Reply.Later(never, created(call.as(CreateTopicsRequest.class), name -> 0)));
        CompletionStage<Map<String, ItemResult<TopicCreated>>> waiting = admin.createTopics(NewTopic.of("a"));
        Awaitility.await()
                .until(() -> !cluster.broker(1).calls(ApiKey.CREATE_TOPICS).isEmpty());

        admin.close();
        never.complete(null);

        assertEquals(
                Reason.CLOSED, get(waiting).get("a").failure().orElseThrow().reason());
        assertEquals(
                Reason.CLOSED, get(admin.listTopics()).failure().orElseThrow().reason());
    }

    @Test
    void topicsAreDescribedAndListedAsMetadataTellsThem() {
        TopicDescription orders =
                get(admin.describeTopics(List.of("orders"))).get("orders").get();

        assertEquals(cluster.topicId("orders"), orders.id());
        assertEquals(2, orders.partitions().get(1).leader().orElseThrow());
        assertEquals(2, get(admin.listTopics()).get().get("orders").partitions());
        assertEquals(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                error(get(admin.describeTopics(List.of("none"))).get("none")));
    }

    @Test
    void nothingIsAskedForNothing() {
        assertEquals(Map.of(), get(admin.createTopics()));
        assertEquals(Map.of(), get(admin.describeTopics(List.of())));
    }

    @Test
    void settingsOfABrokerAreAskedOfThatBroker() {
        cluster.brokers()
                .forEach(broker -> broker.on(
                        ApiKey.DESCRIBE_CONFIGS,
                        call -> Reply.of(DescribeConfigsResponse.builder()
                                .results(call.as(DescribeConfigsRequest.class).resources().stream()
                                        .map(resource -> DescribeConfigsResponse.Result.builder()
                                                .resourceType(resource.resourceType())
                                                .resourceName(resource.resourceName())
                                                .configs(List.of(DescribeConfigsResponse.Result.Config.builder()
                                                        .name("answered.by")
                                                        .value(Integer.toString(broker.id()))
                                                        .configSource((byte) 4)
                                                        .configType((byte) 3)
                                                        .build()))
                                                .build())
                                        .toList())
                                .build())));

        Map<ConfigResource, ItemResult<Map<String, ConfigEntry>>> results = get(admin.describeConfigs(List.of(
                ConfigResource.broker(1),
                ConfigResource.broker(2),
                ConfigResource.broker(99),
                ConfigResource.topic("orders"))));

        for (int id = 1; id <= 2; id++) {
            ConfigEntry entry = results.get(ConfigResource.broker(id)).get().get("answered.by");
            assertEquals(Integer.toString(id), entry.value().orElseThrow());
            assertEquals(ConfigEntry.Source.STATIC_BROKER, entry.source());
            assertEquals(ConfigEntry.Type.INT, entry.type());
        }
        assertEquals(ErrorCode.BROKER_NOT_AVAILABLE, error(results.get(ConfigResource.broker(99))));
        assertTrue(results.get(ConfigResource.topic("orders")).isSuccess());
    }

    @Test
    void anElectionThatIsNotNeededIsNoFailure() {
        cluster.broker(1)
                .on(
                        ApiKey.ELECT_LEADERS,
                        call -> Reply.of(ElectLeadersResponse.builder()
                                .replicaElectionResults(List.of(new ElectLeadersResponse.ReplicaElectionResult(
                                        "orders",
                                        List.of(
                                                elected(0, ErrorCode.ELECTION_NOT_NEEDED),
                                                elected(1, ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE)))))
                                .build()));

        Map<TopicPartition, ItemResult<Elected>> results =
                get(admin.electLeaders(Election.PREFERRED, List.of(FIRST, SECOND)));

        assertEquals(Elected.NOT_NEEDED, results.get(FIRST).get());
        assertEquals(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE, error(results.get(SECOND)));
        assertEquals(1, cluster.broker(1).calls(ApiKey.ELECT_LEADERS).size());
    }

    private static ElectLeadersResponse.ReplicaElectionResult.PartitionResult elected(int partition, ErrorCode error) {
        return ElectLeadersResponse.ReplicaElectionResult.PartitionResult.builder()
                .partitionId(partition)
                .errorCode(error)
                .build();
    }

    @Test
    void replicasAreMovedByTheBrokersThatHaveThem() {
        cluster.brokers()
                .forEach(broker -> broker.on(
                        ApiKey.ALTER_REPLICA_LOG_DIRS,
                        call -> Reply.of(new AlterReplicaLogDirsResponse(
                                0,
                                call.as(AlterReplicaLogDirsRequest.class).dirs().stream()
                                        .flatMap(dir -> dir.topics().stream()
                                                .map(topic -> new AlterReplicaLogDirsResponse.Result(
                                                        topic.name(),
                                                        topic.partitions().stream()
                                                                .map(number ->
                                                                        AlterReplicaLogDirsResponse.Result.Partition
                                                                                .builder()
                                                                                .partitionIndex(number)
                                                                                .errorCode(
                                                                                        dir.path()
                                                                                                        .equals(
                                                                                                                "/d"
                                                                                                                        + broker
                                                                                                                                .id())
                                                                                                ? ErrorCode.NONE
                                                                                                : ErrorCode
                                                                                                        .LOG_DIR_NOT_FOUND)
                                                                                .build())
                                                                .toList())))
                                        .toList()))));
        BrokerReplica good = new BrokerReplica(FIRST, 1);
        BrokerReplica bad = new BrokerReplica(SECOND, 1);
        BrokerReplica other = new BrokerReplica(FIRST, 2);

        Map<BrokerReplica, ItemResult<Done>> results =
                get(admin.alterReplicaLogDirs(Map.of(good, "/d1", bad, "/nowhere", other, "/d2")));

        assertTrue(results.get(good).isSuccess());
        assertEquals(ErrorCode.LOG_DIR_NOT_FOUND, error(results.get(bad)));
        assertTrue(results.get(other).isSuccess());
        assertFalse(cluster.broker(2).calls(ApiKey.ALTER_REPLICA_LOG_DIRS).isEmpty());
    }
}
