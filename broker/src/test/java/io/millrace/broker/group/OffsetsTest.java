package io.millrace.broker.group;

import static io.millrace.broker.group.GroupHouse.DELAY_MS;
import static io.millrace.broker.group.GroupHouse.SESSION_MS;
import static io.millrace.broker.group.GroupHouse.START_MS;
import static io.millrace.broker.group.GroupHouse.assignments;
import static io.millrace.broker.group.GroupHouse.joined;
import static io.millrace.broker.group.GroupHouse.ref;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.coordinator.Answer;
import io.millrace.broker.group.Committing.Position;
import io.millrace.broker.group.JoinOutcome.Joined;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.ConsumerProtocolSubscription;
import io.millrace.protocol.wire.Bytes;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Committed offsets: stored, read, forgotten. */
class OffsetsTest {
    private static final long WEEK_MS = Duration.ofDays(7).toMillis();
    private static final long CHECK_MS = 600_000;
    private static final TopicPartition T0 = new TopicPartition("t", 0);

    private final GroupHouse house = new GroupHouse();

    private Map<TopicPartition, CommittedOffset> all(String groupId) {
        return Answer.of(house.groups.fetch(groupId, Optional.empty())).value();
    }

    private Map<TopicPartition, ErrorCode> delete(String groupId, TopicPartition... partitions) {
        return Answer.of(house.groups.deleteOffsets(groupId, List.of(partitions)))
                .value();
    }

    /** A settled group whose one member consumes topics. */
    private Joined consumerOf(String... topics) {
        ConsumerProtocolSubscription subscription =
                ConsumerProtocolSubscription.builder().topics(List.of(topics)).build();
        byte[] bytes = new byte[1_000];
        ByteBuffer written = VersionedBytes.of((short) 3, subscription);
        int length = written.remaining();
        written.get(bytes, 0, length);
        Joining joining = new Joining(
                "g",
                ref(""),
                "a",
                "/h",
                SESSION_MS,
                60_000,
                "consumer",
                List.of(new MemberProtocol("range", Bytes.of(Arrays.copyOf(bytes, length)))),
                false,
                true);
        Answer<JoinOutcome> answer = house.join(joining);
        house.advance(DELAY_MS);
        house.sync(joined(answer), assignments(joined(answer)));
        return joined(answer);
    }

    private void stayAlive(Joined joined, long ms) {
        for (long past = 0; past < ms; past += SESSION_MS - 1) {
            assertEquals(ErrorCode.NONE, house.heartbeat(joined));
            house.advance(Math.min(SESSION_MS - 1, ms - past));
        }
    }

    // commit

    @Test
    void anOffsetOfAGroupWithoutMembersIsStored() {
        assertEquals(ErrorCode.NONE, house.commitAlone("alone", 11, 12));
        assertEquals(11, house.committed("alone", 0));
        assertEquals(12, house.committed("alone", 1));
        assertEquals(-1, house.committed("alone", 2));
        GroupView view = Answer.of(house.groups.describe("alone")).value().orElseThrow();
        assertEquals("Empty", view.state());
        assertEquals("", view.protocolType());
    }

    @Test
    void everythingAboutAnOffsetIsKeptAcrossARestart() {
        house.commitAlone("alone", 11);
        house.restart();
        CommittedOffset offset = all("alone").get(T0);
        assertEquals(
                new CommittedOffset(
                        11, 5, "m", START_MS, -1, house.topics.id("t").orElseThrow()),
                offset);
    }

    @Test
    void membersCommitInTheirGeneration() {
        Joined a = house.settled("a");
        assertEquals(
                ErrorCode.NONE, house.commit(ref(a.memberId()), 1, 7).value().get(T0));
        assertEquals(7, house.committed("g", 0));
        assertEquals(
                ErrorCode.ILLEGAL_GENERATION,
                house.commit(ref(a.memberId()), 2, 8).error());
        assertEquals(
                ErrorCode.UNKNOWN_MEMBER_ID, house.commit(ref("nobody"), 1, 8).error());
        assertEquals(ErrorCode.UNKNOWN_MEMBER_ID, house.commitAlone("g", 8));
        assertEquals(7, house.committed("g", 0));
    }

    @Test
    void aGenerationOfAGroupThatDoesNotExistIsIllegal() {
        assertEquals(ErrorCode.ILLEGAL_GENERATION, house.commit(ref("a"), 1, 8).error());
    }

    @Test
    void commitsAreTakenBeforeARebalanceEndsButNotBeforeItsAssignments() {
        Joined a = house.settled("a");
        Answer<JoinOutcome> b = house.enter("b");
        assertEquals("PreparingRebalance", house.state());
        assertEquals(ErrorCode.NONE, house.commit(ref(a.memberId()), 1, 7).error());
        house.join(ref(a.memberId()), "a");
        assertTrue(b.isGiven());
        assertEquals("CompletingRebalance", house.state());
        assertEquals(
                ErrorCode.REBALANCE_IN_PROGRESS,
                house.commit(ref(a.memberId()), 2, 7).error());
    }

    @Test
    void commitsKeepAMemberAlive() {
        Joined a = house.settled("a");
        house.advance(SESSION_MS - 1);
        house.commit(ref(a.memberId()), 1, 7);
        house.advance(SESSION_MS - 1);
        assertEquals(ErrorCode.NONE, house.heartbeat(a));
    }

    @Test
    void aPartitionThatIsNotThereOrTooMuchMetadataIsToldForThatPartitionAlone() {
        List<Position> positions = List.of(
                new Position(T0, 1, -1, "x".repeat(4_096)),
                new Position(new TopicPartition("t", 1), 1, -1, "x".repeat(4_097)),
                new Position(new TopicPartition("t", 3), 1, -1, ""),
                new Position(new TopicPartition("t", -1), 1, -1, ""),
                new Position(new TopicPartition("none", 0), 1, -1, ""));
        Map<TopicPartition, ErrorCode> results = Answer.of(
                        house.groups.commit(new Committing("g", ref(""), -1, -1, positions)))
                .value();
        assertEquals(
                List.of(
                        ErrorCode.NONE,
                        ErrorCode.OFFSET_METADATA_TOO_LARGE,
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
                List.copyOf(results.values()));
        assertEquals(Set.of(T0), all("g").keySet());
    }

    @Test
    void aCommitWithNothingToStoreMakesNoGroup() {
        Answer.of(house.groups.commit(
                new Committing("g", ref(""), -1, -1, List.of(new Position(new TopicPartition("none", 0), 1, -1, "")))));
        assertEquals("Dead", house.state());
        assertEquals(0, house.log("g").batchCount());
    }

    @Test
    void aPartitionNamedTwiceIsStoredOnceTheLast() {
        List<Position> positions = List.of(new Position(T0, 1, -1, ""), new Position(T0, 2, -1, ""));
        Answer.of(house.groups.commit(new Committing("g", ref(""), -1, -1, positions)));
        assertEquals(2, house.committed("g", 0));
    }

    @Test
    void aNegativeOffsetIsStored() {
        house.commitAlone("g", -7);
        assertEquals(-7, house.committed("g", 0));
    }

    @Test
    void aCommitThatIsTooLargeForTheLogIsToldSo() {
        house.log("g").refuse(ErrorCode.MESSAGE_TOO_LARGE);
        assertEquals(ErrorCode.INVALID_COMMIT_OFFSET_SIZE, house.commitAlone("g", 1));
        assertEquals("Dead", house.state());
    }

    @Test
    void aFetchDoesNotShowWhatIsNotCommittedYet() {
        house.commitAlone("g", 1);
        house.log("g").holdCommits();
        house.commit("g", ref(""), -1, -1, 2);
        Answer<Map<TopicPartition, CommittedOffset>> fetch = Answer.of(house.groups.fetch("g", Optional.empty()));
        assertFalse(fetch.isGiven());
        house.log("g").commit();
        assertEquals(2, fetch.value().get(T0).offset());
    }

    @Test
    void nothingIsFoundOfAGroupThatDoesNotExist() {
        assertEquals(Map.of(), all("nobody"));
        assertEquals(-1, house.committed("nobody", 0));
    }

    // forgetting on request

    @Test
    void anEmptyGroupIsDeletedWithItsOffsets() {
        house.settled("a");
        house.advance(SESSION_MS);
        house.commitAlone("g", 1, 2, 3);
        assertEquals(ErrorCode.NONE, Answer.of(house.groups.delete("g")).value());
        assertEquals("Dead", house.state());
        assertEquals(Map.of(), all("g"));
        house.restart();
        assertEquals("Dead", house.state());
        assertEquals(Map.of(), all("g"));
        assertEquals(
                ErrorCode.GROUP_ID_NOT_FOUND,
                Answer.of(house.groups.delete("g")).error());
    }

    @Test
    void aGroupWithMembersIsNotDeleted() {
        house.settled("a");
        assertEquals(
                ErrorCode.NON_EMPTY_GROUP, Answer.of(house.groups.delete("g")).error());
        assertEquals("Stable", house.state());
    }

    @Test
    void singleOffsetsAreDeleted() {
        house.commitAlone("g", 1, 2);
        assertEquals(
                Map.of(T0, ErrorCode.NONE, new TopicPartition("t", 9), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
                delete("g", T0, new TopicPartition("t", 9)));
        house.restart();
        assertEquals(-1, house.committed("g", 0));
        assertEquals(2, house.committed("g", 1));
        delete("g", new TopicPartition("t", 1));
        assertEquals("Dead", house.state());
    }

    @Test
    void offsetsOfTopicsInUseAreNotDeleted() {
        house.topics.make("other", 1);
        Joined a = consumerOf("t");
        house.commit(ref(a.memberId()), 1, 7);
        TopicPartition other = new TopicPartition("other", 0);
        assertEquals(Map.of(T0, ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC, other, ErrorCode.NONE), delete("g", T0, other));
        assertEquals(7, house.committed("g", 0));
    }

    @Test
    void offsetsOfMembersWhoseTopicsAreNotKnownAreNotDeleted() {
        Joined a = house.settled("a"); // its metadata is no subscription
        house.commit(ref(a.memberId()), 1, 7);
        assertEquals(Map.of(T0, ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC), delete("g", T0));
    }

    @Test
    void offsetsOfAnUnknownGroupCannotBeDeleted() {
        assertEquals(
                ErrorCode.GROUP_ID_NOT_FOUND,
                Answer.of(house.groups.deleteOffsets("nobody", List.of(T0))).error());
    }

    // forgetting with the topic

    @Test
    void offsetsGoWithTheirTopic() {
        house.topics.make("other", 1);
        house.commitAlone("g", 1, 2, 3);
        house.commitAlone("h", 4);
        Answer.of(house.groups.commit(new Committing(
                "g", ref(""), -1, -1, List.of(new Position(new TopicPartition("other", 0), 9, -1, "")))));
        house.topics.delete("t");
        house.groups.topicsDeleted(Set.of("t"));
        house.restart();
        assertEquals(Set.of(new TopicPartition("other", 0)), all("g").keySet());
        assertEquals(Map.of(), all("h"));
    }

    @Test
    void manyOffsetsGoInSeveralBatches() {
        house.topics.make("wide", 5_000);
        List<Position> positions = IntStream.range(0, 5_000)
                .mapToObj(p -> new Position(new TopicPartition("wide", p), p, -1, ""))
                .toList();
        Answer.of(house.groups.commit(new Committing("g", ref(""), -1, -1, positions)));
        assertEquals(5_000, all("g").size());
        house.groups.topicsDeleted(Set.of("wide"));
        assertEquals(Map.of(), all("g"));
        assertEquals(6, house.log("g").batchCount());
    }

    @Test
    void anOffsetOfATopicThatWasMadeAnewMeansNothing() {
        house.commitAlone("g", 1);
        house.topics.delete("t");
        house.topics.make("t", 3);
        assertEquals(-1, house.committed("g", 0));
        assertEquals(Map.of(), all("g"));
        house.advance(CHECK_MS);
        house.restart();
        assertEquals("Dead", house.state());
    }

    @Test
    void anOffsetStaysWhereItsTopicIsNotKnownAtTheMoment() {
        Uuid id = house.topics.id("t").orElseThrow();
        house.commitAlone("g", 1);
        house.topics.delete("t");
        assertEquals(1, house.committed("g", 0));
        house.advance(CHECK_MS);
        assertEquals(id, all("g").get(T0).topicId());
    }

    // forgetting with time

    @Test
    void offsetsOfAGroupThatNeverHadMembersGoAWeekAfterTheirCommit() {
        house.commitAlone("g", 1);
        house.advance(WEEK_MS - CHECK_MS);
        house.commit("g", ref(""), -1, -1, 2, 2);
        house.advance(WEEK_MS - 1);
        assertEquals(2, house.committed("g", 0));
        house.advance(CHECK_MS);
        assertEquals("Dead", house.state());
        house.restart();
        assertEquals("Dead", house.state());
    }

    @Test
    void offsetsOfAGroupGoAWeekAfterItsLastMember() {
        Joined a = house.settled("a");
        house.commit(ref(a.memberId()), 1, 7);
        stayAlive(a, CHECK_MS * 3);
        house.leave(ref(a.memberId()));
        house.advance(WEEK_MS - CHECK_MS);
        house.restart();
        assertEquals(7, house.committed("g", 0));
        house.advance(2 * CHECK_MS);
        assertEquals(-1, house.committed("g", 0));
        assertEquals("Dead", house.state());
    }

    @Test
    void aCommitWithARetentionOfItsOwnGoesByThat() {
        house.commit("g", ref(""), -1, 1_000, 1);
        house.restart();
        assertEquals(1, house.committed("g", 0));
        assertEquals(START_MS + 1_000, all("g").get(T0).expireTimestampMs());
        house.advance(CHECK_MS);
        assertEquals("Dead", house.state());
    }

    @Test
    void offsetsInUseDoNotGo() {
        GroupHouse brief = new GroupHouse(Map.of("offsets.retention.minutes", "1"));
        Joined a = brief.settled("a");
        brief.commit(ref(a.memberId()), 1, 7);
        for (long past = 0; past < 2 * CHECK_MS; past += 5_000) {
            brief.heartbeat(a);
            brief.advance(5_000);
        }
        assertEquals(7, brief.committed("g", 0));
    }

    @Test
    void anEmptyGroupWithoutOffsetsVanishes() {
        house.settled("a");
        house.advance(SESSION_MS);
        assertEquals("Empty", house.state());
        house.advance(CHECK_MS);
        assertEquals("Dead", house.state());
        house.restart();
        assertEquals("Dead", house.state());
    }

    @Test
    void whatTheLogDoesNotLetGoIsTriedAgainLater() {
        house.commitAlone("g", 1);
        house.log("g").refuse(ErrorCode.NOT_ENOUGH_REPLICAS);
        house.advance(WEEK_MS + 2 * CHECK_MS);
        assertEquals(1, house.committed("g", 0));
        house.log("g").accept();
        house.advance(CHECK_MS);
        assertEquals("Dead", house.state());
    }

    // bounds

    @Test
    void newOffsetsAreRefusedWhereTheyWouldTakeTooMuchMemory() {
        GroupHouse small = new GroupHouse(Map.of("millrace.group.memory.max.bytes", "3000"));
        assertEquals(ErrorCode.NONE, small.commitAlone("g", 1));
        int stored = 1;
        while (stored < 1_000 && small.commitAlone("g" + stored, 1) == ErrorCode.NONE) {
            stored++;
        }
        assertTrue(stored < 20, () -> "no bound");
        assertEquals(ErrorCode.NONE, small.commitAlone("g", 2)); // what only moves on may
        assertEquals(2, small.committed("g", 0));
        assertEquals(
                ErrorCode.COORDINATOR_NOT_AVAILABLE, small.join(ref(""), "a").error());
        small.groups.topicsDeleted(Set.of("t"));
        assertTrue(small.join(ref(""), "a").isGiven());
    }
}
