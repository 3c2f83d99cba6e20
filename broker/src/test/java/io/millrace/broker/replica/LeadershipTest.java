package io.millrace.broker.replica;

import static io.millrace.broker.replica.ReplicaHouse.SELF;
import static io.millrace.broker.replica.ReplicaHouse.await;
import static io.millrace.broker.replica.ReplicaHouse.batch;
import static io.millrace.broker.replica.ReplicaHouse.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeadershipTest {
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final TopicPartition T1 = new TopicPartition("t", 1);
    private static final int OTHER = 2;

    @TempDir
    private Path directory;

    private ReplicaHouse house;

    @BeforeEach
    void open() {
        house = new ReplicaHouse(directory);
    }

    @AfterEach
    void close() {
        house.close();
    }

    /** Closes the broker in order, and opens another life of it on the same directory, in a cluster without topics. */
    private void restart() {
        house.close();
        house = new ReplicaHouse(directory);
    }

    /** The same after a stop that nobody had time for. */
    private void crash() throws IOException {
        house.close();
        Files.delete(directory.resolve(".kafka_cleanshutdown"));
        house = new ReplicaHouse(directory);
        assertFalse(house.logs.isCleanStart());
    }

    private void tell(TopicState topic, Map<Integer, PartitionState> states) {
        house.cluster.tamper(edit -> {
            edit.putTopic(topic);
            states.forEach(
                    (number, state) -> edit.putState(new TopicPartition(topic.name(), number), Optional.of(state)));
        });
        await(house.cluster.when(view -> view.topic(topic.id()).isPresent()));
    }

    private static TopicState topic(Uuid id, List<List<Integer>> replicas) {
        return TopicState.withoutStates("t", id, TopicState.Assignment.of(replicas), 0);
    }

    private static PartitionState ledBy(int leader, int epoch, int version) {
        return new PartitionState(leader, epoch, List.of(leader), PartitionState.RECOVERED, version);
    }

    private PartitionState state(TopicPartition id) {
        return house.cluster.view().partition(id).orElseThrow();
    }

    private List<String> names(String part) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> name.contains(part))
                    .toList();
        }
    }

    @Test
    void aNewTopicIsLedAndTheListenerTold() {
        house.started();
        house.topic("t", 2);
        assertEquals(Optional.of(0), house.partition("t", 0).leaderEpoch());
        assertEquals(Optional.of(0), house.partition("t", 1).leaderEpoch());
        assertEquals(List.of("leads t-0 at 0", "leads t-1 at 0"), house.told);
    }

    @Test
    void newPartitionsOfATopicAreLedAndOldOnesLeftAlone() {
        house.started();
        house.topic("t", 1);
        house.partition("t", 0).append(only(batch("a")));
        await(house.cluster.addPartitions(house.cluster.view().topic("t").orElseThrow(), List.of(List.of(SELF))));
        house.caughtUp();
        assertEquals(List.of("leads t-0 at 0", "leads t-1 at 0"), house.told);
        assertEquals(1, house.partition("t", 0).end(true).offset());
    }

    @Test
    void aDeletedTopicIsGoneAndWhoHoldsItsPartitionIsTold() throws IOException {
        house.started();
        house.topic("t", 1);
        Partition held = house.partition("t", 0);
        house.delete("t");
        assertEquals(List.of("leads t-0 at 0", "resigned t-0"), house.told);
        assertEquals(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                assertThrows(ApiException.class, () -> held.append(only(batch("a"))))
                        .error());
        assertEquals(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                assertThrows(ApiException.class, () -> house.partition("t", 0)).error());
        assertEquals(
                List.of(),
                names("t-0").stream().filter(name -> name.equals("t-0")).toList());
    }

    @Test
    void aTopicThatIsCreatedAgainBeginsEmpty() {
        house.started();
        house.topic("t", 1);
        house.partition("t", 0).append(only(batch("a")));
        house.delete("t");
        Uuid second = house.topic("t", 1);
        assertEquals(0, house.partition("t", 0).end(true).offset());
        assertEquals(second, house.partition("t", 0).log().topicId());
    }

    @Test
    void aTopicReplacedWithinOneChangeBeginsEmptyToo() {
        house.started();
        house.topic("t", 1);
        Partition first = house.partition("t", 0);
        first.append(only(batch("a")));
        Uuid second = Uuid.random();
        house.cluster.tamper(edit -> {
            edit.removeTopic("t");
            edit.putTopic(topic(second, List.of(List.of(SELF))));
            edit.putState(T0, Optional.of(ledBy(SELF, 0, 0)));
        });
        house.caughtUp();
        assertNotEquals(first, house.partition("t", 0));
        assertEquals(second, house.partition("t", 0).log().topicId());
        assertEquals(0, house.partition("t", 0).end(true).offset());
        assertEquals(List.of("leads t-0 at 0", "resigned t-0", "leads t-0 at 0"), house.told);
    }

    @Test
    void changedSettingsHoldAtOnce() {
        house.started();
        house.topic("t", 1);
        await(house.cluster.changeConfig(new ConfigScope.Topic("t"), before -> Map.of("max.message.bytes", "77")));
        house.caughtUp();
        assertEquals(77, house.partition("t", 0).config().maxMessageBytes());
        await(house.cluster.changeConfig(new ConfigScope.Topic("t"), before -> Map.of()));
        house.caughtUp();
        assertEquals(1048588, house.partition("t", 0).config().maxMessageBytes());
    }

    @Test
    void settingsThatNobodyCanReadAreReplacedByTheDefaultsAndNothingElseSuffers() {
        house.started();
        house.cluster.tamper(edit -> {
            edit.putTopic(topic(Uuid.random(), List.of(List.of(SELF))));
            edit.putState(T0, Optional.of(ledBy(SELF, 0, 0)));
            edit.putConfig(new ConfigScope.Topic("t"), Map.of("retention.ms", "a while"));
        });
        house.topic("u", 1);
        assertEquals(Optional.of(0), house.partition("t", 0).leaderEpoch());
        assertEquals(604_800_000, house.partition("t", 0).config().retentionMs());
        assertEquals(Optional.of(0), house.partition("u", 0).leaderEpoch());
    }

    @Test
    void whatOthersHoldIsNotHere() {
        house.started();
        tell(topic(Uuid.random(), List.of(List.of(OTHER))), Map.of(0, ledBy(OTHER, 0, 0)));
        house.caughtUp();
        assertEquals(
                ErrorCode.NOT_LEADER_OR_FOLLOWER,
                assertThrows(ApiException.class, () -> house.partition("t", 0)).error());
        assertEquals(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                assertThrows(ApiException.class, () -> house.partition("t", 1)).error());
        assertEquals(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                assertThrows(ApiException.class, () -> house.partition("t", -1)).error());
    }

    @Test
    void whenAnotherLeadsThisBrokerResignsAndCanLeadAgain() {
        house.started();
        house.topic("t", 1);
        house.cluster.tamper(edit -> edit.putState(T0, Optional.of(ledBy(OTHER, 1, 1))));
        house.caughtUp();
        assertEquals(Optional.empty(), house.partition("t", 0).leaderEpoch());
        house.cluster.tamper(edit -> edit.putState(T0, Optional.of(ledBy(SELF, 2, 2))));
        house.caughtUp();
        assertEquals(Optional.of(2), house.partition("t", 0).leaderEpoch());
        assertEquals(List.of("leads t-0 at 0", "resigned t-0", "leads t-0 at 2"), house.told);
    }

    @Test
    void aPartitionThatWasGivenToOthersIsRemovedHere() throws IOException {
        house.started();
        Uuid id = house.topic("t", 1);
        tell(topic(id, List.of(List.of(OTHER))), Map.of(0, ledBy(OTHER, 1, 1)));
        house.caughtUp();
        assertEquals(
                ErrorCode.NOT_LEADER_OR_FOLLOWER,
                assertThrows(ApiException.class, () -> house.partition("t", 0)).error());
        assertEquals(
                List.of(),
                names("t-0").stream().filter(name -> name.equals("t-0")).toList());
        assertEquals(List.of("leads t-0 at 0", "resigned t-0"), house.told);
    }

    @Test
    void aMissingStateIsWrittenByTheFirstLiveReplica() {
        tell(topic(Uuid.random(), List.of(List.of(OTHER, SELF), List.of(SELF, OTHER))), Map.of());
        house.started();
        await(house.cluster.when(
                view -> view.topic("t").orElseThrow().partitionsWithoutState().count() == 0));
        house.caughtUp();
        assertEquals(SELF, state(T1).leader());
        assertEquals(Optional.of(0), house.partition("t", 1).leaderEpoch());
        assertEquals(SELF, state(T0).leader(), "its preferred leader is dead");
        await(house.cluster.when(view -> state(T0).isr().equals(List.of(SELF)))); // and the dead one leaves the set
        assertEquals(Optional.of(0), house.partition("t", 0).leaderEpoch());
    }

    @Test
    void afterACleanStopPartitionsAreLedOnAtTheirEpoch() {
        Uuid id = Uuid.random();
        house.started();
        tell(topic(id, List.of(List.of(SELF))), Map.of(0, ledBy(SELF, 4, 9)));
        house.caughtUp();
        house.partition("t", 0).append(only(batch("a")));
        restart();
        tell(topic(id, List.of(List.of(SELF))), Map.of(0, ledBy(SELF, 4, 9)));
        house.started();
        assertEquals(Optional.of(4), house.partition("t", 0).leaderEpoch());
        assertEquals(1, house.partition("t", 0).end(true).offset());
        assertEquals(9, state(T0).version());
    }

    @Test
    void afterAnUncleanStopPartitionsAreLedOnAtANewEpochOnly() throws IOException {
        Uuid id = Uuid.random();
        house.started();
        tell(topic(id, List.of(List.of(SELF), List.of(SELF))), Map.of(0, ledBy(SELF, 4, 9), 1, ledBy(SELF, 0, 0)));
        house.caughtUp();
        house.partition("t", 0).append(only(batch("a")));
        crash();
        tell(topic(id, List.of(List.of(SELF), List.of(SELF))), Map.of(0, ledBy(SELF, 4, 9), 1, ledBy(SELF, 0, 0)));
        house.started();
        assertEquals(Optional.of(5), house.partition("t", 0).leaderEpoch());
        assertEquals(Optional.of(1), house.partition("t", 1).leaderEpoch());
        assertEquals(List.of(SELF), state(T0).isr());
        assertEquals(1, house.partition("t", 0).end(true).offset());
        assertFalse(house.told.contains("leads t-0 at 4"));
    }

    @Test
    void afterAnUncleanStopALogThatIsGoneIsLedAtANewEpochToo() throws IOException {
        house.started();
        Uuid id = Uuid.random();
        crash();
        tell(topic(id, List.of(List.of(SELF))), Map.of(0, ledBy(SELF, 4, 9)));
        house.started();
        assertEquals(Optional.of(5), house.partition("t", 0).leaderEpoch());
    }

    @Test
    void aLogThatCannotBeOpenedDoesNotKeepTheBrokerFromStarting() throws IOException {
        house.started();
        crash();
        Files.createFile(directory.resolve("t-0")); // where the partition's directory has to be
        tell(topic(Uuid.random(), List.of(List.of(SELF))), Map.of(0, ledBy(SELF, 4, 9)));
        house.started();
        assertEquals(
                ErrorCode.NOT_LEADER_OR_FOLLOWER,
                assertThrows(ApiException.class, () -> house.partition("t", 0)).error());
    }

    @Test
    void logsThatNoTopicClaimsAreKeptUnderAnotherName() throws IOException {
        house.started();
        house.topic("gone", 1);
        house.topic("replaced", 1);
        Uuid kept = house.topic("t", 2);
        house.partition("gone", 0).append(only(batch("a")));
        house.partition("t", 0).append(only(batch("a")));
        restart();
        house.cluster.tamper(edit -> {
            edit.putTopic(TopicState.withoutStates(
                    "replaced", Uuid.random(), TopicState.Assignment.of(List.of(List.of(SELF))), 0));
            edit.putTopic(topic(kept, List.of(List.of(SELF), List.of(OTHER))));
            edit.putState(T0, Optional.of(ledBy(SELF, 0, 0)));
        });
        await(house.cluster.when(view -> view.topic("t").isPresent()));
        house.started();
        List<String> strays = names("-stray");
        assertEquals(3, strays.size(), strays::toString);
        for (String stray : List.of("gone-0.", "replaced-0.", "t-1.")) {
            assertTrue(strays.stream().anyMatch(name -> name.startsWith(stray)), strays::toString);
        }
        assertEquals(1, house.partition("t", 0).end(true).offset());
        assertEquals(0, house.partition("replaced", 0).end(true).offset());
    }

    @Test
    void logsThatMovedToOthersMeanwhileAreDeleted() throws IOException {
        house.started();
        Uuid moved = house.topic("t", 3);
        restart();
        house.cluster.tamper(edit -> {
            edit.putTopic(topic(moved, List.of(List.of(OTHER), List.of(OTHER), List.of(OTHER))));
            edit.putState(T0, Optional.of(ledBy(OTHER, 1, 1)));
            edit.putState(new TopicPartition("t", 1), Optional.of(ledBy(SELF, 1, 1)));
            edit.putState(
                    new TopicPartition("t", 2),
                    Optional.of(new PartitionState(OTHER, 1, List.of(OTHER, SELF), PartitionState.RECOVERED, 1)));
        });
        await(house.cluster.when(view -> view.topic("t").isPresent()));
        house.started();
        List<String> strays = names("-stray");
        assertEquals(2, strays.size(), strays::toString);
        assertTrue(strays.stream().noneMatch(name -> name.startsWith("t-0.")), "kept is what somebody may need");
        assertEquals(1, names("-delete").size());
    }

    @Test
    void aLogThatDoesNotTellItsTopicsIdBelongsToTheTopicOfItsName() throws IOException {
        house.started();
        Uuid id = house.topic("t", 1);
        house.partition("t", 0).append(only(batch("a")));
        house.close();
        Files.delete(directory.resolve("t-0").resolve("partition.metadata"));
        house = new ReplicaHouse(directory);
        tell(topic(id, List.of(List.of(SELF))), Map.of(0, ledBy(SELF, 0, 0)));
        house.started();
        assertEquals(List.of(), names("-stray"));
        assertEquals(1, house.partition("t", 0).end(true).offset());
        assertEquals(id, house.partition("t", 0).log().topicId());
    }

    @Test
    void aPartitionOfOldDoesNotBeginAnewWhileADirectoryIsOffline(@TempDir Path second) throws IOException {
        house.close();
        Path broken = second.resolve("broken");
        house = new ReplicaHouse(List.of(directory, broken), Map.of());
        house.started();
        Uuid id = house.topic("t", 2);
        house.close();
        try (Stream<Path> all = Files.walk(broken)) {
            all.sorted(java.util.Comparator.reverseOrder())
                    .forEach(path -> path.toFile().delete());
        }
        Files.createFile(broken);
        house = new ReplicaHouse(List.of(directory, broken), Map.of());
        TopicState topic = topic(id, List.of(List.of(SELF), List.of(SELF)));
        tell(topic, Map.of(0, ledBy(SELF, 0, 0), 1, ledBy(SELF, 0, 0)));
        house.started();
        assertEquals(1, house.partitions.all().size(), "the one in the good directory");
        house.topic("u", 1);
        assertEquals(0, house.partition("u", 0).end(true).offset());
    }

    @Test
    void nothingIsDoneAfterTheClose() {
        house.started();
        house.leadership.close();
        await(house.cluster.createTopic(
                new io.millrace.broker.cluster.NewTopic("t", Uuid.random(), List.of(List.of(SELF)), Map.of())));
        ClusterView view = house.cluster.view();
        assertTrue(view.topic("t").isPresent());
        assertEquals(List.of(), house.told);
    }
}
