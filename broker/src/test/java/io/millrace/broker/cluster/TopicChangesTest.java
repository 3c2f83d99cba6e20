package io.millrace.broker.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicChangesTest {
    private static final Duration PLENTY = Duration.ofSeconds(20);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final InMemoryClusterStore store = new InMemoryClusterStore();
    private final TopicChanges topics = with(OptionalInt.of(1));

    @BeforeEach
    void registerOneBroker() throws Exception {
        get(store.register(new BrokerRegistration(
                1, List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "h", 9092)), Optional.empty(), 0)));
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
        store.close();
    }

    @Test
    void aCreatedTopicHasTheDefaultsWhereTheRequestLeavesThemOut() throws Exception {
        TopicState topic = get(topics.create(TopicRequest.withDefaults("orders"), PLENTY));
        assertEquals(3, topic.partitionCount());
        assertEquals(List.of(1), topic.replicas(0));
        assertTrue(topic.isLed());
        assertEquals(topic.id(), store.view().topic("orders").orElseThrow().id());
    }

    @Test
    void aTopicIsCreatedWithTheReplicasThatTheRequestNames() throws Exception {
        TopicRequest request =
                new TopicRequest("orders", -1, -1, Map.of(0, List.of(1), 1, List.of(1)), Map.of("a", "b"));
        TopicState topic = get(topics.create(request, PLENTY));
        assertEquals(2, topic.partitionCount());
        assertEquals(Map.of("a", "b"), store.view().config(new ConfigScope.Topic("orders")));
    }

    @Test
    void aPlanCreatesNothing() {
        NewTopic plan = topics.plan(request("orders", 5, 1));
        assertEquals(5, plan.partitionCount());
        assertEquals(1, plan.replicationFactor());
        assertTrue(store.view().topics().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "a b", "ä", "a:b", "a\u0000"})
    void aNameOutsideTheRulesIsRefused(String name) {
        assertRefused(ErrorCode.INVALID_TOPIC_EXCEPTION, request(name, 1, 1));
    }

    @Test
    void aNameMayHave249Characters() throws Exception {
        assertRefused(ErrorCode.INVALID_TOPIC_EXCEPTION, request("x".repeat(250), 1, 1));
        get(topics.create(request("x".repeat(249), 1, 1), PLENTY));
    }

    @Test
    void aNameThatMetricsCouldNotTellFromAnotherIsRefused() throws Exception {
        get(topics.create(request("a.b_c", 1, 1), PLENTY));
        assertRefused(ErrorCode.INVALID_TOPIC_EXCEPTION, request("a_b.c", 1, 1));
        assertRefused(ErrorCode.TOPIC_ALREADY_EXISTS, request("a.b_c", 1, 1));
    }

    @Test
    void countsThatCannotBeAreRefused() {
        for (int partitions : new int[] {0, -2, Integer.MIN_VALUE, TopicRules.MAX_PARTITIONS + 1, Integer.MAX_VALUE}) {
            assertRefused(ErrorCode.INVALID_PARTITIONS, request("orders", partitions, 1));
        }
        for (int factor : new int[] {0, -2, 2, 32767}) {
            assertRefused(ErrorCode.INVALID_REPLICATION_FACTOR, request("orders", 1, factor));
        }
    }

    @Test
    void withoutAWordFromTheOperatorThereAreThreeCopiesOrAsManyAsThereAreBrokersFor() throws Exception {
        TopicChanges unset = with(OptionalInt.empty());
        for (int brokers = 1; brokers <= 4; brokers++) {
            addBroker(brokers);
            TopicState topic = get(unset.create(TopicRequest.withDefaults("t" + brokers), PLENTY));
            assertEquals(Math.min(brokers, 3), topic.replicationFactor(0));
            assertEquals(Math.min(brokers, 3), unset.replicationUpTo(3));
        }
    }

    @Test
    void whatTheOperatorSetIsKeptToOrRefused() throws Exception {
        addBroker(2);
        addBroker(3);
        assertEquals(1, topics.plan(TopicRequest.withDefaults("orders")).replicationFactor());
        assertEquals(
                2,
                with(OptionalInt.of(2))
                        .plan(TopicRequest.withDefaults("orders"))
                        .replicationFactor());
        TopicChanges tooMany = with(OptionalInt.of(4));
        ApiException refused =
                assertThrows(ApiException.class, () -> tooMany.plan(TopicRequest.withDefaults("orders")));
        assertEquals(ErrorCode.INVALID_REPLICATION_FACTOR, refused.error());
        assertEquals(3, get(topics.create(request("orders", 1, 3), PLENTY)).replicationFactor(0));
    }

    @Test
    void aCordonedBrokerTakesNoNewReplicas() throws Exception {
        addBroker(2);
        addBroker(3);
        get(topics.create(request("before", 1, 3), PLENTY));
        get(store.changeConfig(new ConfigScope.Broker(2), config -> Map.of("broker.cordoned", "true")));
        assertTrue(store.view().isCordoned(2));

        assertEquals(
                2,
                with(OptionalInt.empty())
                        .plan(TopicRequest.withDefaults("orders"))
                        .replicationFactor());
        NewTopic plan = topics.plan(request("orders", 20, 2));
        assertTrue(plan.replicas().stream().noneMatch(replicas -> replicas.contains(2)), plan.toString());
        ApiException refused = assertRefused(ErrorCode.INVALID_REPLICATION_FACTOR, request("orders", 1, 3));
        assertTrue(refused.getMessage().contains("cordoned are [2]"), refused.getMessage());
        assertRefused(
                ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                new TopicRequest("orders", -1, -1, Map.of(0, List.of(1, 2)), Map.of()));
        assertFails(ErrorCode.INVALID_REPLICATION_FACTOR, topics.grow("before", 2, List.of(), PLENTY));

        get(store.changeConfig(new ConfigScope.Broker(2), config -> Map.of("broker.cordoned", "false")));
        assertEquals(2, get(topics.grow("before", 2, List.of(), PLENTY)).partitionCount());
    }

    @Test
    void withEveryBrokerCordonedNothingIsPlaced() throws Exception {
        get(store.changeConfig(new ConfigScope.Broker(1), config -> Map.of("broker.cordoned", "true")));
        assertRefused(ErrorCode.INVALID_REPLICATION_FACTOR, request("orders", 1, 1));
        ApiException refused = assertThrows(
                ApiException.class, () -> with(OptionalInt.empty()).plan(TopicRequest.withDefaults("orders")));
        assertEquals(ErrorCode.INVALID_REPLICATION_FACTOR, refused.error());
    }

    private TopicChanges with(OptionalInt replicationFactor) {
        return new TopicChanges(store, new TopicDefaults(3, replicationFactor), new Random(1), timer);
    }

    private void addBroker(int id) {
        store.tamper(edit -> edit.putBroker(new BrokerRegistration(
                id, List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "h" + id, 9092)), Optional.empty(), 2)));
        store.when(view -> view.broker(id).isPresent()).join();
    }

    @Test
    void assignmentsThatCannotBeAreRefused() {
        for (Map<Integer, List<Integer>> assignment : List.<Map<Integer, List<Integer>>>of(
                Map.of(1, List.of(1)), // 0 is missing
                Map.of(0, List.of(1), 2, List.of(1)),
                Map.of(-1, List.of(1)),
                Map.of(0, List.of()),
                Map.of(0, List.of(1, 1)),
                Map.of(0, List.of(7)),
                Map.of(0, List.of(1), 1, List.of(1, 7)))) {
            assertRefused(
                    ErrorCode.INVALID_REPLICA_ASSIGNMENT, new TopicRequest("orders", -1, -1, assignment, Map.of()));
        }
        assertRefused(ErrorCode.INVALID_REQUEST, new TopicRequest("orders", 1, -1, Map.of(0, List.of(1)), Map.of()));
        assertRefused(ErrorCode.INVALID_REQUEST, new TopicRequest("orders", -1, 1, Map.of(0, List.of(1)), Map.of()));
    }

    @Test
    void withoutTimeNothingIsBegun() throws Exception {
        assertFails(ErrorCode.REQUEST_TIMED_OUT, topics.create(request("orders", 1, 1), Duration.ZERO));
        assertFails(ErrorCode.REQUEST_TIMED_OUT, topics.create(request("orders", 1, 1), Duration.ofMillis(-5)));
        get(topics.create(request("after", 1, 1), PLENTY));
        assertTrue(store.view().topic("orders").isEmpty());
    }

    @Test
    void aTopicThatNobodyLeadsInTimeIsCreatedAllTheSame() throws Exception {
        get(topics.create(request("orders", 1, 1), PLENTY));
        TopicState topic = store.view().topic("orders").orElseThrow();
        store.tamper(edit -> edit.putState(new TopicPartition("orders", 0), Optional.empty()));
        assertFails(ErrorCode.REQUEST_TIMED_OUT, topics.grow("orders", 2, List.of(), Duration.ofMillis(50)));
        assertEquals(2, store.view().topic(topic.id()).orElseThrow().partitionCount());
    }

    @Test
    void aGrownTopicHasThatManyPartitions() throws Exception {
        get(topics.create(request("orders", 2, 1), PLENTY));
        assertEquals(3, topics.planGrowth("orders", 5, List.of()).size());
        assertEquals(2, store.view().topic("orders").orElseThrow().partitionCount());
        assertEquals(5, get(topics.grow("orders", 5, List.of(), PLENTY)).partitionCount());
        assertEquals(
                6, get(topics.grow("orders", 6, List.of(List.of(1)), PLENTY)).partitionCount());
    }

    @Test
    void aTopicIsNotGrownWrongly() throws Exception {
        get(topics.create(request("orders", 2, 1), PLENTY));
        for (int count : new int[] {2, 1, 0, -1, Integer.MAX_VALUE}) {
            assertFails(ErrorCode.INVALID_PARTITIONS, topics.grow("orders", count, List.of(), PLENTY));
        }
        for (List<List<Integer>> assignment : List.<List<List<Integer>>>of(
                List.of(List.of(1)), List.of(List.of(1), List.of(7)), List.of(List.of(1), List.of(1, 7)))) {
            assertFails(ErrorCode.INVALID_REPLICA_ASSIGNMENT, topics.grow("orders", 4, assignment, PLENTY));
        }
        assertFails(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, topics.grow("nothing", 4, List.of(), PLENTY));
    }

    @Test
    void aDeletedTopicIsGoneFromTheView() throws Exception {
        get(topics.create(request("orders", 2, 1), PLENTY));
        TopicState orders = store.view().topic("orders").orElseThrow();
        get(topics.delete(orders, PLENTY));
        assertTrue(store.view().topics().isEmpty());
        assertFails(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, topics.delete(orders, PLENTY));
    }

    @Test
    void aTopicThatHasTakenTheNameOfADeletedOneStays() throws Exception {
        TopicState meant = get(topics.create(request("orders", 1, 1), PLENTY));
        get(topics.delete(meant, PLENTY));
        TopicState next = get(topics.create(request("orders", 2, 1), PLENTY));
        assertFails(ErrorCode.UNKNOWN_TOPIC_ID, topics.delete(meant, PLENTY));
        assertEquals(next.id(), store.view().topic("orders").orElseThrow().id());
    }

    private ApiException assertRefused(ErrorCode error, TopicRequest request) {
        ApiException planned = assertThrows(ApiException.class, () -> topics.plan(request));
        assertEquals(error, planned.error(), planned.getMessage());
        assertFails(error, topics.create(request, PLENTY));
        return planned;
    }

    private static void assertFails(ErrorCode error, CompletionStage<?> stage) {
        ExecutionException failed = assertThrows(ExecutionException.class, () -> get(stage));
        ApiException reason = assertInstanceOf(ApiException.class, failed.getCause());
        assertEquals(error, reason.error(), reason.getMessage());
    }

    private static TopicRequest request(String name, int partitions, int factor) {
        return new TopicRequest(name, partitions, factor, Map.of(), Map.of());
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
