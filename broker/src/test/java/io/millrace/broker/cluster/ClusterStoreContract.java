package io.millrace.broker.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.cluster.PartitionWrite.Conflict;
import io.millrace.broker.cluster.PartitionWrite.Written;
import io.millrace.broker.cluster.TopicState.Assignment;
import io.millrace.broker.quota.QuotaEntity;
import io.millrace.broker.quota.QuotaEntity.Name;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link ClusterStore} does; each implementation's test extends it. */
public abstract class ClusterStoreContract {
    private ClusterStore store;
    private ClusterStore other;

    /** A store on the truth that all stores of one test share. The test class closes it afterwards. */
    protected abstract ClusterStore open(int brokerId) throws Exception;

    @BeforeEach
    void openTwoStores() throws Exception {
        store = open(1);
        other = open(2);
    }

    @Test
    void aNewTopicIsSeenWithItsPartitionsLedAndItsConfig() throws Exception {
        NewTopic topic = topic("orders", 3, Map.of("retention.ms", "1000"));
        get(store.createTopic(topic));

        TopicState seen = store.view().topic("orders").orElseThrow();
        assertEquals(topic.id(), seen.id());
        assertEquals(3, seen.partitionCount());
        assertTrue(seen.isLed());
        assertEquals(List.of(1), seen.replicas(2));
        PartitionState state = seen.state(2).orElseThrow();
        assertEquals(new PartitionState(1, 0, List.of(1), PartitionState.RECOVERED, 0), state);
        assertEquals(Optional.of("orders"), store.view().topic(topic.id()).map(TopicState::name));
        assertEquals(Map.of("retention.ms", "1000"), store.view().config(new ConfigScope.Topic("orders")));
    }

    @Test
    void whatOneStoreWritesTheOtherSees() throws Exception {
        get(store.createTopic(topic("orders", 4, Map.of("a", "b"))));
        ClusterView view =
                get(other.when(v -> v.topic("orders").filter(TopicState::isLed).isPresent()));
        assertEquals(4, view.topic("orders").orElseThrow().partitionCount());
        assertEquals(store.view().clusterId(), view.clusterId());
        get(other.when(v -> v.config(new ConfigScope.Topic("orders")).equals(Map.of("a", "b"))));
    }

    @Test
    void aTopicThatExistsIsNotCreatedAgain() throws Exception {
        NewTopic first = topic("orders", 1, Map.of());
        get(store.createTopic(first));
        assertFails(ErrorCode.TOPIC_ALREADY_EXISTS, other.createTopic(topic("orders", 2, Map.of())));
        assertEquals(first.id(), store.view().topic("orders").orElseThrow().id());
    }

    @Test
    void ofManyWhoCreateTheSameTopicOneSucceeds() throws Exception {
        List<CompletionStage<Void>> attempts = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            attempts.add((i % 2 == 0 ? store : other).createTopic(topic("race", 2, Map.of())));
        }
        int created = 0;
        for (CompletionStage<Void> attempt : attempts) {
            if (failure(attempt).isEmpty()) {
                created++;
            }
        }
        assertEquals(1, created);
    }

    @Test
    void aDeletedTopicIsGoneWithItsConfig() throws Exception {
        NewTopic topic = topic("orders", 3, Map.of("a", "b"));
        get(store.createTopic(topic));
        get(store.deleteTopic("orders", topic.id()));
        assertTrue(store.view().topic("orders").isEmpty());
        assertTrue(store.view().topic(topic.id()).isEmpty());
        assertEquals(Map.of(), store.view().config(new ConfigScope.Topic("orders")));
        get(other.when(view -> view.topic("orders").isEmpty()));
    }

    @Test
    void onlyTheTopicThatIsMeantIsDeleted() throws Exception {
        NewTopic topic = topic("orders", 1, Map.of());
        get(store.createTopic(topic));
        assertFails(ErrorCode.UNKNOWN_TOPIC_ID, store.deleteTopic("orders", Uuid.random()));
        assertFails(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, store.deleteTopic("nothing", topic.id()));
        assertTrue(store.view().topic("orders").isPresent());
    }

    @Test
    void thatATopicWasDeletedIsRememberedForBrokersThatAreDown() throws Exception {
        NewTopic first = topic("orders", 2, Map.of());
        NewTopic second = topic("orders", 1, Map.of());
        NewTopic living = topic("living", 1, Map.of());
        Uuid unknown = Uuid.random();
        Set<Uuid> found = Set.of(first.id(), second.id(), living.id(), unknown);
        get(store.createTopic(living));
        get(store.createTopic(first));
        assertEquals(Set.of(), get(store.deletedTopics(found)));
        get(store.deleteTopic("orders", first.id()));
        get(store.createTopic(second));
        assertEquals(Set.of(first.id()), get(store.deletedTopics(found)));
        get(other.when(view -> view.topic(second.id()).isPresent()));
        get(other.deleteTopic("orders", second.id()));
        assertEquals(Set.of(first.id(), second.id()), get(open(3).deletedTopics(found)));
        assertEquals(Set.of(), get(store.deletedTopics(Set.of(unknown))));
    }

    @Test
    void aDeletedTopicsNameCanBeUsedAgain() throws Exception {
        for (int i = 1; i <= 5; i++) {
            NewTopic topic = topic("again", i, Map.of());
            get(store.createTopic(topic));
            assertEquals(i, store.view().topic(topic.id()).orElseThrow().partitionCount());
            assertTrue(store.view().topic(topic.id()).orElseThrow().isLed());
            get(store.deleteTopic("again", topic.id()));
        }
    }

    @Test
    void newPartitionsComeBehindTheOthers() throws Exception {
        get(store.createTopic(topic("orders", 2, Map.of())));
        TopicState before = store.view().topic("orders").orElseThrow();
        get(store.addPartitions(before, List.of(List.of(2), List.of(1))));

        TopicState after = store.view().topic("orders").orElseThrow();
        assertEquals(4, after.partitionCount());
        assertEquals(List.of(2), after.replicas(2));
        assertTrue(after.isLed());
        assertEquals(before.state(0), after.state(0));
        assertFails(ErrorCode.INVALID_PARTITIONS, store.addPartitions(before, List.of(List.of(1))));
    }

    @Test
    void ofTwoWhoGrowATopicFromTheSamePictureOneSucceeds() throws Exception {
        get(store.createTopic(topic("orders", 1, Map.of())));
        TopicState seen = store.view().topic("orders").orElseThrow();
        List<CompletionStage<Void>> attempts =
                List.of(store.addPartitions(seen, List.of(List.of(1))), other.addPartitions(seen, List.of(List.of(2))));
        int failed = 0;
        for (CompletionStage<Void> attempt : attempts) {
            failed += failure(attempt).isPresent() ? 1 : 0;
        }
        assertEquals(1, failed);
        get(store.when(view -> view.topic("orders").orElseThrow().partitionCount() == 2));
    }

    @Test
    void aReassignmentIsSeenAndLeavesThePartitionsStatesAlone() throws Exception {
        NewTopic topic = topic("orders", 2, Map.of());
        get(store.createTopic(topic));
        TopicState seen = store.view().topic("orders").orElseThrow();
        Assignment moving =
                new Assignment(List.of(List.of(2, 3, 1), List.of(1)), Map.of(0, List.of(2, 3)), Map.of(0, List.of(1)));

        AssignmentWrite.Written written = (AssignmentWrite.Written) get(store.changeAssignment(seen, moving));

        assertEquals(seen.version() + 1, written.topic().version());
        assertEquals(moving, written.topic().assignment());
        assertEquals(moving, store.view().topic("orders").orElseThrow().assignment());
        assertTrue(store.view().topic("orders").orElseThrow().isLed());
        assertEquals(seen.state(0), store.view().topic("orders").orElseThrow().state(0));
        TopicState elsewhere = get(other.when(view -> view.topic("orders")
                        .filter(t -> t.version() > seen.version())
                        .isPresent()))
                .topic("orders")
                .orElseThrow();
        assertEquals(List.of(2, 3), elsewhere.addingReplicas(0));
        assertEquals(List.of(1), elsewhere.removingReplicas(0));

        get(other.addPartitions(elsewhere, List.of(List.of(2)))); // which the reassignment outlives
        TopicState grown = other.view().topic("orders").orElseThrow();
        assertEquals(List.of(2, 3), grown.addingReplicas(0));
        assertEquals(List.of(2), grown.replicas(2));
    }

    @Test
    void ofTwoWhoReassignFromTheSamePictureOneWinsAndTheOtherLearnsWhatStands() throws Exception {
        NewTopic topic = topic("orders", 1, Map.of());
        get(store.createTopic(topic));
        TopicState seen = store.view().topic("orders").orElseThrow();
        Assignment first = Assignment.of(List.of(List.of(1)));
        Assignment second = Assignment.of(List.of(List.of(2)));
        List<CompletionStage<AssignmentWrite>> attempts =
                List.of(store.changeAssignment(seen, first), other.changeAssignment(seen, second));

        AssignmentWrite one = get(attempts.get(0));
        AssignmentWrite two = get(attempts.get(1));

        boolean firstWon = one instanceof AssignmentWrite.Written;
        AssignmentWrite.Conflict conflict = (AssignmentWrite.Conflict) (firstWon ? two : one);
        TopicState current = conflict.current().orElseThrow();
        assertEquals(firstWon ? first : second, current.assignment());
        assertEquals(seen.version() + 1, current.version());
        assertTrue(current.isLed());
    }

    @Test
    void aReassignmentThatRestsOnAStateIsNotWrittenOverALaterOne() throws Exception {
        get(store.createTopic(topic("orders", 2, Map.of())));
        TopicPartition partition = new TopicPartition("orders", 1);
        TopicState seen = store.view().topic("orders").orElseThrow();
        PartitionState state = seen.state(1).orElseThrow();
        Assignment next = Assignment.of(List.of(List.of(1), List.of(2)));
        get(other.compareAndSet(seen.id(), partition, state.version(), state));

        assertTrue(get(store.changeAssignment(seen, next, Set.of(1))) instanceof AssignmentWrite.Conflict);
        TopicState later = get(store.when(view -> view.partition(partition)
                        .filter(now -> now.version() > state.version())
                        .isPresent()))
                .topic("orders")
                .orElseThrow();
        assertEquals(seen.assignment(), later.assignment());

        assertTrue(get(store.changeAssignment(later, next, Set.of(1))) instanceof AssignmentWrite.Written);
        assertEquals(next, store.view().topic("orders").orElseThrow().assignment());
        PartitionWrite late = get(other.compareAndSet(seen.id(), partition, state.version() + 1, state));
        assertEquals(
                new PartitionWrite.Conflict(Optional.of(state.withVersion(state.version() + 2))),
                late,
                "what builds on the state from before comes too late");
    }

    @Test
    void aStateThatRestsOnAnAssignmentIsNotWrittenAfterALaterOne() throws Exception {
        get(store.createTopic(topic("orders", 2, Map.of())));
        TopicState seen = store.view().topic("orders").orElseThrow();
        PartitionState state = seen.state(1).orElseThrow();
        PartitionState next = new PartitionState(
                state.leader(), state.leaderEpoch() + 1, state.isr(), state.leaderRecoveryState(), state.version());
        get(other.changeAssignment(seen, Assignment.of(List.of(List.of(1), List.of(2)))));

        assertEquals(new PartitionWrite.Conflict(Optional.of(state)), get(store.compareAndSet(seen, 1, next)));
        TopicState later = store.view().topic("orders").orElseThrow();
        assertEquals(seen.version() + 1, later.version(), "who is refused sees why");

        assertTrue(get(store.compareAndSet(later, 1, next)) instanceof PartitionWrite.Written);
        assertEquals(
                Optional.of(next.withVersion(state.version() + 1)),
                store.view().partition(new TopicPartition("orders", 1)));
    }

    @Test
    void aReassignmentOfADeletedTopicDoesNotTouchTheNewOneOfItsName() throws Exception {
        NewTopic old = topic("orders", 1, Map.of());
        get(store.createTopic(old));
        TopicState seen = store.view().topic("orders").orElseThrow();
        get(store.deleteTopic("orders", old.id()));
        Assignment next = Assignment.of(List.of(List.of(7)));
        assertEquals(new AssignmentWrite.Conflict(Optional.empty()), get(store.changeAssignment(seen, next)));
        get(store.createTopic(topic("orders", 1, Map.of())));
        assertEquals(new AssignmentWrite.Conflict(Optional.empty()), get(store.changeAssignment(seen, next)));
        assertEquals(List.of(1), store.view().topic("orders").orElseThrow().replicas(0));
    }

    @Test
    void ofTwoWhoWriteFromTheSameVersionOneWinsAndTheOtherLearnsWhatStands() throws Exception {
        NewTopic topic = topic("orders", 1, Map.of());
        get(store.createTopic(topic));
        TopicPartition partition = new TopicPartition("orders", 0);
        PartitionState byFirst = new PartitionState(1, 1, List.of(1), PartitionState.RECOVERED, 99);
        PartitionState bySecond = new PartitionState(2, 1, List.of(2), PartitionState.RECOVERED, 99);

        CompletionStage<PartitionWrite> first = store.compareAndSet(topic.id(), partition, 0, byFirst);
        CompletionStage<PartitionWrite> second = other.compareAndSet(topic.id(), partition, 0, bySecond);
        List<PartitionWrite> results = List.of(get(first), get(second));

        Written written = (Written) results.stream()
                .filter(result -> result instanceof Written)
                .findFirst()
                .orElseThrow();
        Conflict conflict = (Conflict) results.stream()
                .filter(result -> result instanceof Conflict)
                .findFirst()
                .orElseThrow();
        assertEquals(1, written.state().version());
        assertEquals(Optional.of(written.state()), conflict.current());
        assertEquals(Optional.of(written.state()), store.view().partition(partition));
    }

    @Test
    void aWrittenStateIsInTheViewWhenItsStageCompletes() throws Exception {
        NewTopic topic = topic("orders", 1, Map.of());
        get(store.createTopic(topic));
        TopicPartition partition = new TopicPartition("orders", 0);
        for (int version = 0; version < 20; version++) {
            PartitionState next = new PartitionState(1, version + 1, List.of(1, 2), PartitionState.RECOVERING, 0);
            assertInstanceOf(Written.class, get(store.compareAndSet(topic.id(), partition, version, next)));
            assertEquals(
                    Optional.of(next.withVersion(version + 1)), store.view().partition(partition));
        }
        get(other.when(view -> view.partition(partition)
                .filter(state -> state.leaderEpoch() == 20)
                .isPresent()));
    }

    @Test
    void aStateMeantForADeletedTopicDoesNotTouchTheNewOneOfItsName() throws Exception {
        NewTopic old = topic("orders", 1, Map.of());
        get(store.createTopic(old));
        get(store.deleteTopic("orders", old.id()));
        get(store.createTopic(topic("orders", 1, Map.of())));
        TopicPartition partition = new TopicPartition("orders", 0);
        PartitionState wrong = new PartitionState(7, 3, List.of(7), PartitionState.RECOVERED, 0);

        assertEquals(new Conflict(Optional.empty()), get(other.compareAndSet(old.id(), partition, 0, wrong)));
        assertEquals(Optional.of(0), store.view().partition(partition).map(PartitionState::leaderEpoch));
    }

    @Test
    void aPartitionThatTheTopicDoesNotHaveGetsNoState() throws Exception {
        NewTopic topic = topic("orders", 1, Map.of());
        get(store.createTopic(topic));
        PartitionState state = new PartitionState(1, 1, List.of(1), PartitionState.RECOVERED, 0);
        PartitionWrite result = get(store.compareAndSet(topic.id(), new TopicPartition("orders", 5), 0, state));
        assertEquals(new Conflict(Optional.empty()), result);
    }

    @Test
    void concurrentConfigChangesAllTakeEffect() throws Exception {
        List<CompletionStage<Map<String, String>>> changes = new ArrayList<>();
        ConfigScope scope = new ConfigScope.AllBrokers();
        for (int i = 0; i < 20; i++) {
            String key = "key" + i;
            changes.add((i % 2 == 0 ? store : other).changeConfig(scope, with(key, "v")));
        }
        for (CompletionStage<Map<String, String>> change : changes) {
            get(change);
        }
        assertEquals(
                20,
                get(store.when(view -> view.config(scope).size() == 20))
                        .config(scope)
                        .size());
        assertEquals(Map.of(), store.view().config(new ConfigScope.Broker(1)));
    }

    @Test
    void oneBrokersSettingsAndThoseOfAllAreApartAndSeenEverywhere() throws Exception {
        get(store.changeConfig(new ConfigScope.Broker(2), with("broker.cordoned", "true")));
        get(store.changeConfig(new ConfigScope.AllBrokers(), with("a", "b")));
        ClusterView view = get(other.when(
                v -> v.isCordoned(2) && v.config(new ConfigScope.AllBrokers()).equals(Map.of("a", "b"))));
        assertFalse(view.isCordoned(1));
        get(other.changeConfig(new ConfigScope.Broker(2), config -> Map.of()));
        assertFalse(other.view().isCordoned(2));
    }

    @Test
    void usersAndClientIdsHaveSettingsEachForItself() throws Exception {
        List<QuotaEntity> entities = List.of(
                new QuotaEntity(Name.of("alice"), Name.of("app")), // before alice has settings alone
                QuotaEntity.user(Name.of("alice")),
                QuotaEntity.user(Name.DEFAULT),
                QuotaEntity.clientId(Name.of("app")),
                QuotaEntity.clientId(Name.DEFAULT),
                new QuotaEntity(Name.of("alice"), Name.DEFAULT),
                new QuotaEntity(Name.DEFAULT, Name.of("app")),
                new QuotaEntity(Name.DEFAULT, Name.DEFAULT),
                QuotaEntity.clientId(Name.of("<default>")),
                new QuotaEntity(Name.of("CN=a/b, *+%\u00e4 \u4e16"), Name.of("clients")));
        for (int i = 0; i < entities.size(); i++) {
            get((i % 2 == 0 ? store : other).changeConfig(new ConfigScope.Client(entities.get(i)), with("i", "" + i)));
        }
        Map<ConfigScope, Map<String, String>> wanted = new HashMap<>();
        for (int i = 0; i < entities.size(); i++) {
            wanted.put(new ConfigScope.Client(entities.get(i)), Map.of("i", "" + i));
        }
        ClusterStore late = open(3);
        for (ClusterStore one : List.of(store, other, late)) {
            get(one.when(view -> Set.copyOf(view.configScopes()).equals(wanted.keySet())
                    && wanted.keySet().stream()
                            .allMatch(scope -> view.config(scope).equals(wanted.get(scope)))));
        }
        get(other.changeConfig(new ConfigScope.Client(entities.get(0)), config -> Map.of()));
        get(store.when(view -> view.configScopes().size() == entities.size() - 1));
    }

    @Test
    void aConfigChangeThatThrowsChangesNothing() throws Exception {
        get(store.createTopic(topic("orders", 1, Map.of("a", "b"))));
        ConfigScope scope = new ConfigScope.Topic("orders");
        assertFails(ErrorCode.INVALID_CONFIG, store.changeConfig(scope, config -> {
            throw new ApiException(ErrorCode.INVALID_CONFIG, "no");
        }));
        assertEquals(Map.of("a", "b"), store.view().config(scope));
        assertEquals(Map.of(), get(store.changeConfig(scope, config -> Map.of())));
        assertEquals(Map.of(), store.view().config(scope));
    }

    @Test
    void aTopicThatDoesNotExistHasNoConfig() {
        assertFails(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                store.changeConfig(new ConfigScope.Topic("nothing"), with("a", "b")));
    }

    @Test
    void noProducerIdIsGivenTwice() throws Exception {
        List<CompletionStage<ProducerIdBlock>> blocks = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            blocks.add((i % 2 == 0 ? store : other).allocateProducerIds());
        }
        Set<Long> ids = new HashSet<>();
        for (CompletionStage<ProducerIdBlock> stage : blocks) {
            ProducerIdBlock block = get(stage);
            assertEquals(ProducerIdBlock.SIZE, block.size());
            IntStream.range(0, block.size()).forEach(i -> assertTrue(ids.add(block.first() + i)));
        }
    }

    @Test
    void aBrokerIsKnownFromItsRegistrationUntilItsStoreCloses() throws Exception {
        BrokerRegistration wanted = broker(1, 19092, Optional.of("r1"));
        BrokerRegistration registered = get(store.register(wanted));
        assertEquals(wanted.withEpoch(registered.epoch()), registered);
        assertEquals(Optional.of(registered), store.view().broker(1));
        assertEquals(
                registered,
                get(other.when(view -> view.broker(1).isPresent())).broker(1).orElseThrow());
        store.close();
        get(other.when(view -> view.broker(1).isEmpty()));
    }

    @Test
    void aBrokerThatLeavesIsGoneForOthersWhileItsStoreWorksOn() throws Exception {
        get(store.unregister()); // there is nothing yet
        get(store.register(broker(1, 19092, Optional.empty())));
        get(store.unregister());
        get(other.when(view -> view.broker(1).isEmpty()));
        get(store.when(view -> view.broker(1).isEmpty()));
        get(store.createTopic(topic("orders", 1, Map.of())));
        assertTrue(store.view().topic("orders").isPresent());
        assertTrue(store.view().broker(1).isEmpty());
    }

    @Test
    void everyLifeOfABrokerHasAHigherEpoch() throws Exception {
        long first = get(store.register(broker(1, 19092, Optional.empty()))).epoch();
        store.close();
        ClusterStore again = open(1);
        long second = get(again.register(broker(1, 19092, Optional.empty()))).epoch();
        assertTrue(second > first, second + " after " + first);
    }

    @Test
    void aListenerBeginsWithTheWholeViewAndMissesNone() throws Exception {
        get(store.createTopic(topic("first", 2, Map.of("a", "b"))));
        List<ClusterChange> changes = new CopyOnWriteArrayList<>();
        store.subscribe(changes::add);
        NewTopic second = topic("second", 2, Map.of());
        get(store.createTopic(second));
        get(store.compareAndSet(
                second.id(),
                new TopicPartition("second", 1),
                0,
                new PartitionState(1, 1, List.of(1), PartitionState.RECOVERED, 0)));
        get(store.when(view -> view.partition(new TopicPartition("second", 1))
                .filter(state -> state.leaderEpoch() == 1)
                .isPresent()));

        ClusterChange first = changes.get(0);
        assertTrue(first.before().topics().isEmpty());
        assertTrue(first.topics().contains("first"));
        assertEquals(
                2, first.partitions().filter(p -> p.topic().equals("first")).count());
        assertTrue(first.configs().contains(new ConfigScope.Topic("first")));
        for (int i = 1; i < changes.size(); i++) {
            assertEquals(changes.get(i - 1).after(), changes.get(i).before());
        }
        assertEquals(store.view(), changes.get(changes.size() - 1).after());
        assertTrue(changes.stream()
                .anyMatch(change -> change.partitions().toList().equals(List.of(new TopicPartition("second", 1)))));
    }

    @Test
    void aBrokerChangesWhatItSaysOfItselfAndStaysTheSame() throws Exception {
        BrokerRegistration wanted = broker(1, 19092, Optional.of("r1")).withRecovering(true);
        BrokerRegistration registered = get(store.register(wanted));
        assertTrue(registered.recovering());
        get(other.when(
                view -> view.broker(1).filter(BrokerRegistration::recovering).isPresent()));

        get(store.update(wanted.withRecovering(false)));

        assertEquals(Optional.of(registered.withRecovering(false)), store.view().broker(1));
        get(other.when(
                view -> view.broker(1).filter(broker -> !broker.recovering()).isPresent()));
    }

    @Test
    void whoIsNotRegisteredHasNothingToChange() {
        ExecutionException failed =
                assertThrows(ExecutionException.class, () -> get(store.update(broker(1, 19092, Optional.empty()))));
        assertInstanceOf(IllegalStateException.class, failed.getCause());
    }

    @Test
    void whoWaitsForAViewIsToldAfterTheListeners() throws Exception {
        AtomicBoolean listenerSaw = new AtomicBoolean();
        store.subscribe(change -> {
            if (change.after().topic("orders").isPresent()) {
                listenerSaw.set(true);
            }
        });
        CompletableFuture<Boolean> sawBefore =
                store.when(view -> view.topic("orders").isPresent()).thenApply(view -> listenerSaw.get());
        get(store.createTopic(topic("orders", 1, Map.of())));
        assertTrue(get(sawBefore));
    }

    @Test
    void aClosedSubscriptionHearsNothingMore() throws Exception {
        List<ClusterChange> changes = new CopyOnWriteArrayList<>();
        ClusterStore.Subscription subscription = store.subscribe(changes::add);
        get(store.when(view -> !changes.isEmpty()));
        subscription.close();
        int heard = changes.size();
        get(store.createTopic(topic("orders", 1, Map.of())));
        assertEquals(heard, changes.size());
    }

    @Test
    void aListenerThatFailsDoesNotKeepTheNewsFromOthers() throws Exception {
        AtomicBoolean told = new AtomicBoolean();
        store.subscribe(change -> {
            throw new IllegalStateException("a defect, made by this test");
        });
        store.subscribe(change -> told.set(change.after().topic("orders").isPresent()));
        get(store.createTopic(topic("orders", 1, Map.of())));
        assertTrue(told.get());
        assertFalse(store.view().topics().isEmpty());
    }

    protected static NewTopic topic(String name, int partitions, Map<String, String> config) {
        List<List<Integer>> replicas =
                IntStream.range(0, partitions).mapToObj(p -> List.of(1)).toList();
        return new NewTopic(name, Uuid.random(), replicas, config);
    }

    protected static BrokerRegistration broker(int id, int port, Optional<String> rack) {
        return new BrokerRegistration(id, List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "127.0.0.1", port)), rack, 0);
    }

    protected static UnaryOperator<Map<String, String>> with(String key, String value) {
        return config -> {
            Map<String, String> changed = new HashMap<>(config);
            changed.put(key, value);
            return changed;
        };
    }

    protected static <T> T get(CompletionStage<T> stage)
            throws ExecutionException, InterruptedException, TimeoutException {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    protected static Optional<Throwable> failure(CompletionStage<?> stage)
            throws InterruptedException, TimeoutException {
        try {
            get(stage);
            return Optional.empty();
        } catch (ExecutionException e) {
            return Optional.of(e.getCause());
        }
    }

    protected static void assertFails(ErrorCode error, CompletionStage<?> stage) {
        ExecutionException failed = assertThrows(ExecutionException.class, () -> get(stage));
        ApiException reason = assertInstanceOf(ApiException.class, failed.getCause());
        assertEquals(error, reason.error(), reason.getMessage());
    }
}
