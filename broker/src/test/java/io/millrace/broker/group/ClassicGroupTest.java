package io.millrace.broker.group;

import static io.millrace.broker.group.GroupHouse.DELAY_MS;
import static io.millrace.broker.group.GroupHouse.REBALANCE_MS;
import static io.millrace.broker.group.GroupHouse.SESSION_MS;
import static io.millrace.broker.group.GroupHouse.assignments;
import static io.millrace.broker.group.GroupHouse.joined;
import static io.millrace.broker.group.GroupHouse.joining;
import static io.millrace.broker.group.GroupHouse.ref;
import static io.millrace.broker.group.GroupHouse.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.coordinator.Answer;
import io.millrace.broker.group.JoinOutcome.Joined;
import io.millrace.broker.group.JoinOutcome.MemberIdRequired;
import io.millrace.broker.group.JoinOutcome.Other;
import io.millrace.broker.group.Syncing.Synced;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.wire.Bytes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The life of a classic group, as its members see it. */
class ClassicGroupTest {
    private final GroupHouse house = new GroupHouse();

    private static Joining old(Joining joining) {
        return new Joining(
                joining.groupId(),
                joining.member(),
                joining.clientId(),
                joining.clientHost(),
                joining.sessionTimeoutMs(),
                joining.rebalanceTimeoutMs(),
                joining.protocolType(),
                joining.protocols(),
                false,
                false);
    }

    // joining an empty group

    @Test
    void aNewClientIsToldItsMemberIdFirst() {
        Answer<JoinOutcome> answer = house.join(ref(""), "client");
        assertTrue(((MemberIdRequired) answer.value()).memberId().startsWith("client-id"));
    }

    @Test
    void anOldClientJoinsAtOnce() {
        Answer<JoinOutcome> answer = house.join(old(joining(ref(""), "client")));
        assertFalse(answer.isGiven());
        house.advance(DELAY_MS);
        assertEquals(1, joined(answer).generation());
    }

    @Test
    void theFirstGenerationWaitsForMoreMembers() {
        Answer<JoinOutcome> a = house.enter("a");
        house.advance(DELAY_MS - 1);
        assertFalse(a.isGiven());
        Answer<JoinOutcome> b = house.enter("b");
        house.advance(DELAY_MS); // b's coming has extended the wait
        assertFalse(a.isGiven());
        house.advance(1);
        assertEquals(1, joined(a).generation());
        assertEquals(1, joined(b).generation());
        assertEquals(2, joined(a).members().size());
        assertEquals(List.of(), joined(b).members());
        assertEquals(joined(a).memberId(), joined(b).leader());
    }

    @Test
    void theFirstWaitIsNoLongerThanTheRebalanceTimeout() {
        Answer<JoinOutcome> first = house.enter("first");
        for (int i = 0; i < REBALANCE_MS / 1_000 - 1; i++) {
            assertFalse(first.isGiven());
            house.enter("c" + i);
            house.advance(1_000);
        }
        house.advance(1_000);
        assertTrue(first.isGiven());
    }

    @Test
    void withoutADelayTheFirstGenerationStartsAtOnce() {
        GroupHouse quick = new GroupHouse(Map.of("group.initial.rebalance.delay.ms", "0"));
        assertEquals(1, joined(quick.enter("a")).generation());
    }

    @Test
    void theLeaderIsToldAllMembersWithTheMetadataOfTheChosenProtocol() {
        Answer<JoinOutcome> a = house.enter("a", "range", "sticky");
        house.enter("b", "sticky", "range");
        house.enter("c", "sticky", "range");
        house.advance(2 * DELAY_MS);
        assertEquals("sticky", joined(a).protocolName());
        assertEquals("consumer", joined(a).protocolType());
        assertEquals(
                List.of("sticky of a", "sticky of b", "sticky of c"),
                joined(a).members().stream().map(o -> text(o.metadata())).toList());
    }

    // refusals

    @Test
    void joinsThatMakeNoSenseAreRefused() {
        assertEquals(ErrorCode.UNKNOWN_MEMBER_ID, house.join(ref("nobody"), "a").error());
        assertEquals(
                ErrorCode.INVALID_GROUP_ID,
                house.join(new Joining(
                                "",
                                ref(""),
                                "a",
                                "/h",
                                SESSION_MS,
                                1,
                                "consumer",
                                joining(ref(""), "a").protocols(),
                                true,
                                true))
                        .error());
        for (int sessionMs : new int[] {5_999, 1_800_001, -1}) {
            assertEquals(
                    ErrorCode.INVALID_SESSION_TIMEOUT,
                    house.join(new Joining(
                                    "g",
                                    ref(""),
                                    "a",
                                    "/h",
                                    sessionMs,
                                    1,
                                    "consumer",
                                    joining(ref(""), "a").protocols(),
                                    true,
                                    true))
                            .error());
        }
        assertEquals(
                ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
                house.join(new Joining("g", ref(""), "a", "/h", SESSION_MS, 1, "consumer", List.of(), true, true))
                        .error());
        assertEquals("Dead", house.state());
    }

    @Test
    void aMemberMustSupportWhatAllOthersDo() {
        house.settled("a");
        assertEquals(
                ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
                house.join(ref(""), "b", "sticky").error());
        Joining connect = joining(ref(""), "b");
        assertEquals(
                ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
                house.join(new Joining(
                                "g", ref(""), "b", "/h", SESSION_MS, 1, "connect", connect.protocols(), true, true))
                        .error());
    }

    @Test
    void aLoneMemberMayChangeItsProtocols() {
        Joined a = house.settled("a");
        Answer<JoinOutcome> again = house.join(ref(a.memberId()), "a", "sticky");
        assertEquals("sticky", joined(again).protocolName());
        assertEquals(2, joined(again).generation());
    }

    @Test
    void aFullGroupTakesNobodyElse() {
        GroupHouse small = new GroupHouse(Map.of("group.max.size", "2"));
        small.enter("a");
        Answer<JoinOutcome> pending = small.join(ref(""), "b");
        assertEquals(ErrorCode.GROUP_MAX_SIZE_REACHED, small.join(ref(""), "c").error());
        String id = ((MemberIdRequired) pending.value()).memberId();
        assertFalse(small.join(ref(id), "b").isGiven());
        assertEquals(ErrorCode.GROUP_MAX_SIZE_REACHED, small.join(ref(""), "c").error());
    }

    @Test
    void hugeMetadataIsRefused() {
        Joining joining = joining(ref(""), "a");
        List<MemberProtocol> huge = List.of(new MemberProtocol("range", Bytes.of(new byte[(1 << 20) + 1])));
        assertEquals(
                ErrorCode.INVALID_REQUEST,
                house.join(new Joining(
                                "g", ref(""), "a", "/h", joining.sessionTimeoutMs(), 1, "consumer", huge, true, true))
                        .error());
    }

    // syncing

    @Test
    void followersWaitForTheLeadersAssignments() {
        Answer<JoinOutcome> a = house.enter("a");
        Answer<JoinOutcome> b = house.enter("b");
        house.advance(2 * DELAY_MS);
        Answer<Synced> follower = house.sync(joined(b), Map.of());
        assertFalse(follower.isGiven());
        assertEquals("CompletingRebalance", house.state());
        Answer<Synced> leader = house.sync(joined(a), assignments(joined(a)));
        assertEquals("for " + joined(a).memberId(), text(leader.value().assignment()));
        assertEquals("for " + joined(b).memberId(), text(follower.value().assignment()));
        assertEquals("Stable", house.state());
    }

    @Test
    void aMemberThatTheLeaderForgetsGetsNothing() {
        Answer<JoinOutcome> a = house.enter("a");
        Answer<JoinOutcome> b = house.enter("b");
        house.advance(2 * DELAY_MS);
        house.sync(joined(a), Map.of("stranger", Bytes.EMPTY));
        assertEquals(Bytes.EMPTY, house.sync(joined(b), Map.of()).value().assignment());
    }

    @Test
    void assignmentsAreHandedOutOnlyOnceCommitted() {
        Answer<JoinOutcome> a = house.enter("a");
        Answer<JoinOutcome> b = house.enter("b");
        house.advance(2 * DELAY_MS);
        house.log("g").holdCommits();
        Answer<Synced> follower = house.sync(joined(b), Map.of());
        Answer<Synced> leader = house.sync(joined(a), assignments(joined(a)));
        assertFalse(leader.isGiven());
        assertFalse(follower.isGiven());
        Answer<Synced> late = house.sync(joined(b), Map.of());
        assertFalse(late.isGiven());
        house.log("g").commit();
        assertTrue(leader.isGiven() && follower.isGiven() && late.isGiven());
    }

    @Test
    void assignmentsThatTheLogRefusesAreNot() {
        Answer<JoinOutcome> a = house.enter("a");
        Answer<JoinOutcome> b = house.enter("b");
        house.advance(2 * DELAY_MS);
        Answer<Synced> follower = house.sync(joined(b), Map.of());
        house.log("g").refuse(ErrorCode.NOT_ENOUGH_REPLICAS);
        assertEquals(
                ErrorCode.COORDINATOR_NOT_AVAILABLE,
                house.sync(joined(a), assignments(joined(a))).error());
        assertFalse(follower.isGiven());
        assertEquals("CompletingRebalance", house.state());
        house.log("g").refuse(ErrorCode.MESSAGE_TOO_LARGE);
        assertEquals(
                ErrorCode.UNKNOWN_SERVER_ERROR,
                house.sync(joined(a), assignments(joined(a))).error());
        house.log("g").accept();
        house.sync(joined(a), assignments(joined(a)));
        assertTrue(follower.isGiven());
    }

    @Test
    void syncsThatDoNotFitAreRefused() {
        Joined a = house.settled("a");
        assertEquals(
                ErrorCode.UNKNOWN_MEMBER_ID,
                house.sync(ref("nobody"), 1, Map.of()).error());
        assertEquals(
                ErrorCode.ILLEGAL_GENERATION,
                house.sync(ref(a.memberId()), 2, Map.of()).error());
        Answer<Synced> otherProtocol = Answer.of(house.groups.sync(
                new Syncing("g", ref(a.memberId()), 1, Optional.of("consumer"), Optional.of("sticky"), Map.of())));
        assertEquals(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, otherProtocol.error());
        Answer<Synced> otherType = Answer.of(house.groups.sync(
                new Syncing("g", ref(a.memberId()), 1, Optional.of("connect"), Optional.empty(), Map.of())));
        assertEquals(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, otherType.error());
        Answer<JoinOutcome> b = house.enter("b");
        assertEquals(ErrorCode.REBALANCE_IN_PROGRESS, house.sync(a, Map.of()).error());
        assertFalse(b.isGiven());
    }

    @Test
    void aSettledMemberIsToldItsAssignmentAgain() {
        Joined a = house.settled("a");
        assertEquals("for " + a.memberId(), text(house.sync(a, Map.of()).value().assignment()));
    }

    @Test
    void whoDoesNotSyncInTimeIsRemoved() {
        Answer<JoinOutcome> a = house.enter("a");
        Answer<JoinOutcome> b = house.enter("b");
        house.advance(2 * DELAY_MS);
        Answer<Synced> follower = house.sync(joined(b), Map.of());
        for (int i = 0; i < REBALANCE_MS; i += 1_000) {
            house.heartbeat(joined(a)); // alive, but does not sync
            house.advance(1_000);
        }
        assertEquals(ErrorCode.REBALANCE_IN_PROGRESS, follower.error());
        assertEquals(ErrorCode.UNKNOWN_MEMBER_ID, house.heartbeat(joined(a)));
        Answer<JoinOutcome> again = house.join(ref(joined(b).memberId()), "b");
        assertEquals(2, joined(again).generation());
        assertEquals(joined(b).memberId(), joined(again).leader());
    }

    // rebalancing

    @Test
    void aNewMemberMakesAllJoinAgain() {
        List<Joined> pair = house.settledPair();
        Answer<JoinOutcome> c = house.enter("c");
        assertEquals("PreparingRebalance", house.state());
        assertEquals(ErrorCode.REBALANCE_IN_PROGRESS, house.heartbeat(pair.get(0)));
        Answer<JoinOutcome> a = house.join(ref(pair.get(0).memberId()), "a");
        assertFalse(a.isGiven());
        Answer<JoinOutcome> b = house.join(ref(pair.get(1).memberId()), "b");
        assertEquals(2, joined(a).generation());
        assertEquals(2, joined(b).generation());
        assertEquals(2, joined(c).generation());
        assertEquals(pair.get(0).memberId(), joined(c).leader());
        assertEquals(ErrorCode.NONE, house.heartbeat(joined(c)));
    }

    @Test
    void whoDoesNotJoinAgainInTimeIsRemoved() {
        List<Joined> pair = house.settledPair();
        Answer<JoinOutcome> c = house.enter("c");
        for (int i = 0; i < REBALANCE_MS; i += 1_000) {
            assertFalse(c.isGiven());
            assertEquals(ErrorCode.REBALANCE_IN_PROGRESS, house.heartbeat(pair.get(0)));
            assertEquals(ErrorCode.REBALANCE_IN_PROGRESS, house.heartbeat(pair.get(1)));
            house.advance(1_000);
        }
        assertEquals(1, joined(c).members().size());
        assertEquals(joined(c).memberId(), joined(c).leader());
        assertEquals(ErrorCode.UNKNOWN_MEMBER_ID, house.heartbeat(pair.get(0)));
    }

    @Test
    void aSilentMemberIsRemoved() {
        List<Joined> pair = house.settledPair();
        house.advance(SESSION_MS - 1);
        assertEquals(ErrorCode.NONE, house.heartbeat(pair.get(0)));
        house.advance(1);
        assertEquals(ErrorCode.REBALANCE_IN_PROGRESS, house.heartbeat(pair.get(0)));
        assertEquals(ErrorCode.UNKNOWN_MEMBER_ID, house.heartbeat(pair.get(1)));
        Answer<JoinOutcome> a = house.join(ref(pair.get(0).memberId()), "a");
        assertEquals(1, joined(a).members().size());
    }

    @Test
    void aWaitingMemberIsNotHeldToItsSession() {
        List<Joined> pair = house.settledPair();
        Answer<JoinOutcome> c = house.enter("c");
        house.join(ref(pair.get(0).memberId()), "a");
        for (int i = 0; i < 4; i++) {
            house.advance(SESSION_MS - 1);
            assertEquals(ErrorCode.REBALANCE_IN_PROGRESS, house.heartbeat(pair.get(1)));
        }
        assertFalse(c.isGiven());
        Answer<JoinOutcome> b = house.join(ref(pair.get(1).memberId()), "b");
        assertEquals(3, joined(c).generation() + 1);
        assertTrue(b.isGiven());
    }

    @Test
    void theLastSilentMemberLeavesAnEmptyGroup() {
        house.settled("a");
        house.advance(SESSION_MS);
        assertEquals("Empty", house.state());
        Answer<JoinOutcome> b = house.enter("b");
        house.advance(DELAY_MS);
        assertEquals(3, joined(b).generation());
    }

    @Test
    void leavingMakesTheOthersRebalance() {
        List<Joined> pair = house.settledPair();
        assertEquals(
                List.of(ErrorCode.NONE, ErrorCode.UNKNOWN_MEMBER_ID),
                house.leave(ref(pair.get(0).memberId()), ref("nobody")));
        assertEquals(ErrorCode.REBALANCE_IN_PROGRESS, house.heartbeat(pair.get(1)));
        Answer<JoinOutcome> b = house.join(ref(pair.get(1).memberId()), "b");
        assertEquals(pair.get(1).memberId(), joined(b).leader());
        assertEquals(List.of(ErrorCode.NONE), house.leave(ref(pair.get(1).memberId())));
        assertEquals("Empty", house.state());
        assertEquals(
                List.of(ErrorCode.UNKNOWN_MEMBER_ID),
                house.leave(ref(pair.get(1).memberId())));
    }

    @Test
    void allMembersMayLeaveAtOnce() {
        List<Joined> pair = house.settledPair();
        house.leave(ref(pair.get(0).memberId()), ref(pair.get(1).memberId()));
        assertEquals("Empty", house.state());
        Answer<JoinOutcome> c = house.enter("c");
        house.advance(DELAY_MS);
        assertEquals(3, joined(c).generation());
    }

    @Test
    void aParkedJoinOfAMemberThatLeavesIsAnswered() {
        Answer<JoinOutcome> a = house.join(old(joining(ref(""), "a")));
        house.enter("b");
        String id = house.view().members().get(0).memberId();
        house.leave(ref(id));
        assertEquals(ErrorCode.UNKNOWN_MEMBER_ID, a.error());
    }

    @Test
    void aLeaderThatJoinsAgainMakesAllRebalanceAndAFollowerDoesNot() {
        List<Joined> pair = house.settledPair();
        Joined follower = joined(house.join(ref(pair.get(1).memberId()), "b"));
        assertEquals(1, follower.generation());
        assertEquals("Stable", house.state());
        assertFalse(house.join(ref(pair.get(0).memberId()), "a").isGiven());
        assertEquals("PreparingRebalance", house.state());
    }

    @Test
    void aFollowerWithOtherMetadataMakesAllRebalance() {
        List<Joined> pair = house.settledPair();
        assertFalse(
                house.join(ref(pair.get(1).memberId()), "b", "range", "sticky").isGiven());
        assertEquals("PreparingRebalance", house.state());
    }

    @Test
    void aRepeatedJoinIsToldTheSameGenerationUntilTheLeaderSyncs() {
        Answer<JoinOutcome> a = house.enter("a");
        house.enter("b");
        house.advance(2 * DELAY_MS);
        Joined again = joined(house.join(ref(joined(a).memberId()), "a"));
        assertEquals(joined(a), again);
        assertEquals("CompletingRebalance", house.state());
    }

    @Test
    void aJoinWhileOthersSyncSendsThemBack() {
        Answer<JoinOutcome> a = house.enter("a");
        Answer<JoinOutcome> b = house.enter("b");
        house.advance(2 * DELAY_MS);
        Answer<Synced> follower = house.sync(joined(b), Map.of());
        house.enter("c");
        assertEquals(ErrorCode.REBALANCE_IN_PROGRESS, follower.error());
        assertEquals(
                ErrorCode.REBALANCE_IN_PROGRESS, house.sync(joined(a), Map.of()).error());
    }

    @Test
    void aSecondJoinOfAMemberTakesThePlaceOfItsFirst() {
        Answer<JoinOutcome> first = house.enter("a");
        String id = house.view().members().get(0).memberId();
        Answer<JoinOutcome> second = house.join(ref(id), "a");
        assertEquals(ErrorCode.REBALANCE_IN_PROGRESS, first.error());
        house.advance(2 * DELAY_MS);
        assertEquals(1, joined(second).generation());
    }

    // pending members

    @Test
    void aClientThatWasGivenAnIdIsWaitedFor() {
        Joined a = house.settled("a");
        Answer<JoinOutcome> pending = house.join(ref(""), "b");
        house.enter("c");
        Answer<JoinOutcome> again = house.join(ref(a.memberId()), "a");
        assertFalse(again.isGiven());
        String id = ((MemberIdRequired) pending.value()).memberId();
        Answer<JoinOutcome> b = house.join(ref(id), "b");
        assertTrue(again.isGiven() && b.isGiven());
    }

    @Test
    void aClientThatDoesNotComeBackWithItsIdIsForgotten() {
        Joined a = house.settled("a");
        Answer<JoinOutcome> pending = house.join(ref(""), "b");
        house.enter("c");
        Answer<JoinOutcome> again = house.join(ref(a.memberId()), "a");
        house.advance(SESSION_MS);
        assertEquals(2, joined(again).members().size());
        String id = ((MemberIdRequired) pending.value()).memberId();
        assertEquals(ErrorCode.UNKNOWN_MEMBER_ID, house.join(ref(id), "b").error());
    }

    @Test
    void aGroupOfPendingMembersAloneVanishesWithThem() {
        house.join(ref(""), "a");
        assertEquals("Empty", house.state());
        house.advance(SESSION_MS);
        assertEquals("Dead", house.state());
        assertEquals(0, house.log("g").batchCount());
    }

    @Test
    void aPendingMemberMayLeave() {
        Answer<JoinOutcome> pending = house.join(ref(""), "a");
        String id = ((MemberIdRequired) pending.value()).memberId();
        assertEquals(List.of(ErrorCode.NONE), house.leave(ref(id)));
        assertEquals("Dead", house.state());
    }

    // static members

    private Answer<JoinOutcome> enterStatic(String memberId, String instance) {
        return house.join(joining(ref(memberId, instance), instance));
    }

    private List<Joined> settledStaticPair() {
        Answer<JoinOutcome> a = enterStatic("", "i1");
        Answer<JoinOutcome> b = enterStatic("", "i2");
        house.advance(2 * DELAY_MS);
        house.sync(ref(joined(b).memberId(), "i2"), 1, Map.of());
        house.sync(ref(joined(a).memberId(), "i1"), 1, assignments(joined(a)));
        return List.of(joined(a), joined(b));
    }

    @Test
    void aStaticMemberNeedsNoIdFirst() {
        Answer<JoinOutcome> a = enterStatic("", "i1");
        house.advance(DELAY_MS);
        assertTrue(joined(a).memberId().startsWith("i1-"));
        assertEquals(
                List.of(Optional.of("i1")),
                joined(a).members().stream().map(Other::instanceId).toList());
    }

    @Test
    void aStaticFollowerThatComesBackChangesNothingForTheOthers() {
        List<Joined> pair = settledStaticPair();
        Joined back = joined(enterStatic("", "i2"));
        assertEquals(1, back.generation());
        assertFalse(back.memberId().equals(pair.get(1).memberId()));
        assertEquals(pair.get(0).memberId(), back.leader());
        assertFalse(back.skipAssignment());
        assertEquals("Stable", house.state());
        assertEquals(
                "for " + pair.get(1).memberId(),
                text(house.sync(ref(back.memberId(), "i2"), 1, Map.of()).value().assignment()));
        assertEquals(
                ErrorCode.FENCED_INSTANCE_ID, house.heartbeat(ref(pair.get(1).memberId(), "i2"), 1));
        assertEquals(ErrorCode.NONE, house.heartbeat(ref(back.memberId(), "i2"), 1));
    }

    @Test
    void aStaticLeaderThatComesBackIsToldToSkipTheAssignment() {
        settledStaticPair();
        Joined back = joined(enterStatic("", "i1"));
        assertTrue(back.skipAssignment());
        assertEquals(back.memberId(), back.leader());
        assertEquals(2, back.members().size());
        assertEquals("Stable", house.state());
    }

    @Test
    void anOlderStaticLeaderThatComesBackIsNotToldThatItLeads() {
        List<Joined> pair = settledStaticPair();
        Joined back = joined(house.join(old(joining(ref("", "i1"), "i1"))));
        assertFalse(back.skipAssignment());
        assertEquals(pair.get(0).memberId(), back.leader());
        assertEquals(List.of(), back.members());
        assertEquals(ErrorCode.NONE, house.heartbeat(ref(back.memberId(), "i1"), 1));
    }

    @Test
    void theNewIdOfAStaticMemberOutlivesARestart() {
        List<Joined> pair = settledStaticPair();
        Joined back = joined(enterStatic("", "i2"));
        house.restart();
        assertEquals(ErrorCode.NONE, house.heartbeat(ref(back.memberId(), "i2"), 1));
        assertEquals(
                ErrorCode.FENCED_INSTANCE_ID, house.heartbeat(ref(pair.get(1).memberId(), "i2"), 1));
    }

    @Test
    void aStaticMemberWhoseProtocolsWouldChangeTheChoiceMakesAllRebalance() {
        enterStaticWith("i1", "range", "sticky");
        enterStaticWith("i2", "range", "sticky");
        house.advance(2 * DELAY_MS);
        String leader = house.view().members().get(0).memberId();
        house.sync(ref(leader, "i1"), 1, Map.of());
        Answer<JoinOutcome> back = enterStaticWith("i2", "sticky");
        assertFalse(back.isGiven());
        assertEquals("PreparingRebalance", house.state());
    }

    private Answer<JoinOutcome> enterStaticWith(String instance, String... protocols) {
        return house.join(joining(ref("", instance), instance, protocols));
    }

    @Test
    void theParkedJoinOfAStaticMembersOldSelfIsFenced() {
        Answer<JoinOutcome> first = enterStatic("", "i1");
        Answer<JoinOutcome> second = enterStatic("", "i1");
        assertEquals(ErrorCode.FENCED_INSTANCE_ID, first.error());
        house.advance(2 * DELAY_MS);
        assertEquals(1, joined(second).members().size());
    }

    @Test
    void aStaticMemberThatDoesNotJoinAgainStaysUntilItsSessionEnds() {
        List<Joined> pair = settledStaticPair();
        house.advance(5_000);
        house.heartbeat(ref(pair.get(0).memberId(), "i1"), 1);
        house.enter("c"); // rebalances; i2 is away
        Answer<JoinOutcome> a = enterStatic(pair.get(0).memberId(), "i1");
        house.advance(4_999);
        assertFalse(a.isGiven());
        house.advance(1); // ten seconds since i2 was heard of
        assertEquals(2, joined(a).members().size());
    }

    @Test
    void aStaticMemberIsCountedInWhereTheRebalanceTimeoutComesFirst() {
        GroupHouse quick = new GroupHouse();
        Joining shortly = joining(ref("", "i1"), "i1");
        Joining impatient = new Joining(
                "g", shortly.member(), "i1", "/h", SESSION_MS, 4_000, "consumer", shortly.protocols(), true, true);
        Answer<JoinOutcome> first = quick.join(impatient);
        quick.advance(DELAY_MS);
        quick.sync(ref(joined(first).memberId(), "i1"), 1, assignments(joined(first)));
        Answer<JoinOutcome> other = quick.join(new Joining(
                "g", ref("", "i2"), "i2", "/h", SESSION_MS, 4_000, "consumer", shortly.protocols(), true, true));
        quick.advance(4_000);
        assertEquals(
                2,
                joined(other).members().isEmpty() ? 0 : joined(other).members().size());
        assertEquals(joined(other).memberId(), joined(other).leader());
        assertEquals(2, joined(other).generation());
    }

    @Test
    void aStaticMemberLeavesByItsInstanceId() {
        List<Joined> pair = settledStaticPair();
        assertEquals(
                List.of(ErrorCode.FENCED_INSTANCE_ID, ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.NONE),
                house.leave(ref(pair.get(0).memberId(), "i2"), ref("", "i3"), ref("", "i2")));
        assertEquals("PreparingRebalance", house.state());
    }

    @Test
    void instanceIdsAreChecked() {
        List<Joined> pair = settledStaticPair();
        assertEquals(ErrorCode.FENCED_INSTANCE_ID, enterStatic("other", "i1").error());
        assertEquals(ErrorCode.UNKNOWN_MEMBER_ID, enterStatic("other", "i9").error());
        assertEquals(
                ErrorCode.UNKNOWN_MEMBER_ID, house.heartbeat(ref(pair.get(0).memberId(), "i9"), 1));
        assertEquals(
                ErrorCode.FENCED_INSTANCE_ID,
                house.sync(ref("other", "i1"), 1, Map.of()).error());
        assertEquals(
                ErrorCode.FENCED_INSTANCE_ID,
                house.commit(ref("other", "i1"), 1, 5).error());
    }

    // heartbeats

    @Test
    void heartbeatsThatDoNotFitAreRefused() {
        assertEquals(ErrorCode.UNKNOWN_MEMBER_ID, house.heartbeat(ref("a"), 1));
        Joined a = house.settled("a");
        assertEquals(ErrorCode.UNKNOWN_MEMBER_ID, house.heartbeat(ref("nobody"), 1));
        assertEquals(ErrorCode.ILLEGAL_GENERATION, house.heartbeat(ref(a.memberId()), 0));
        assertEquals(ErrorCode.ILLEGAL_GENERATION, house.heartbeat(ref(a.memberId()), 2));
        assertEquals(ErrorCode.NONE, house.heartbeat(a));
        assertEquals(
                ErrorCode.INVALID_GROUP_ID,
                Answer.of(house.groups.heartbeat("", ref("a"), 1)).error());
    }

    // restart, and leadership

    @Test
    void aGroupGoesOnAfterARestart() {
        List<Joined> pair = house.settledPair();
        house.restart();
        assertEquals("Stable", house.state());
        assertEquals(ErrorCode.NONE, house.heartbeat(pair.get(0)));
        assertEquals(ErrorCode.NONE, house.heartbeat(pair.get(1)));
        assertEquals(
                "for " + pair.get(1).memberId(),
                text(house.sync(pair.get(1), Map.of()).value().assignment()));
        GroupView.Member shown = house.view().members().get(1);
        assertEquals("range of b", text(shown.metadata()));
        assertEquals("b", shown.clientId());
        assertEquals("/10.0.0.1", shown.clientHost());
    }

    @Test
    void aRestartKnowsTheProtocolOfTheLastGenerationOfAll() {
        Joined a = joined(enterAndSettle("range", "sticky"));
        house.join(ref(""), "b"); // makes a wait below, and is forgotten
        Answer<JoinOutcome> again = house.join(ref(a.memberId()), "a", "sticky", "range");
        house.advance(SESSION_MS);
        house.sync(joined(again), assignments(joined(again)));
        Answer<JoinOutcome> c = house.enter("c", "sticky");
        house.restart();
        assertEquals(ErrorCode.COORDINATOR_NOT_AVAILABLE, c.error());
        assertEquals("sticky", house.view().protocolName());
        assertFalse(house.enter("c", "sticky").isGiven());
    }

    private Answer<JoinOutcome> enterAndSettle(String... protocols) {
        Answer<JoinOutcome> answer = house.enter("a", protocols);
        house.advance(DELAY_MS);
        house.sync(joined(answer), assignments(joined(answer)));
        return answer;
    }

    @Test
    void membersThatARestartHasLostTimeOut() {
        List<Joined> pair = house.settledPair();
        house.restart();
        house.advance(SESSION_MS - 1);
        assertEquals(ErrorCode.NONE, house.heartbeat(pair.get(0)));
        house.advance(1);
        assertEquals(ErrorCode.REBALANCE_IN_PROGRESS, house.heartbeat(pair.get(0)));
        assertEquals(1, house.view().members().size());
    }

    @Test
    void aRestartInTheMiddleOfARebalanceSendsMembersToJoinAgain() {
        List<Joined> pair = house.settledPair();
        house.enter("c");
        Answer<JoinOutcome> a = house.join(ref(pair.get(0).memberId()), "a");
        house.restart();
        assertEquals(ErrorCode.COORDINATOR_NOT_AVAILABLE, a.error());
        Answer<JoinOutcome> again = house.join(ref(pair.get(0).memberId()), "a");
        assertFalse(again.isGiven());
        Answer<JoinOutcome> b = house.join(ref(pair.get(1).memberId()), "b");
        assertEquals(2, joined(again).generation());
        assertEquals(2, joined(b).generation());
    }

    @Test
    void theGenerationGrowsAcrossARestart() {
        house.settled("a");
        house.advance(SESSION_MS);
        house.restart();
        assertEquals("Empty", house.state());
        Answer<JoinOutcome> b = house.enter("b");
        house.advance(DELAY_MS);
        assertEquals(3, joined(b).generation());
    }

    @Test
    void parkedRequestsAreAnsweredWhenThePartitionMoves() {
        Answer<JoinOutcome> a = house.enter("a");
        house.groups.release(house.groups.partitionFor("g"));
        assertEquals(ErrorCode.NOT_COORDINATOR, a.error());
        assertEquals(ErrorCode.NOT_COORDINATOR, house.heartbeat(ref("a"), 1));
        assertEquals(ErrorCode.NOT_COORDINATOR, house.commitAlone("g", 1));
    }

    @Test
    void aGroupIsLoadingUntilItIsLoaded() {
        List<Joined> pair = house.settledPair();
        int partition = house.groups.partitionFor("g");
        house.groups.lead(partition, house.log("g"));
        assertEquals(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, house.heartbeat(pair.get(0)));
        assertEquals(
                ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
                Answer.of(house.groups.list()).value().error());
        house.loads.runAll();
        assertEquals(ErrorCode.NONE, house.heartbeat(pair.get(0)));
        assertEquals(1, Answer.of(house.groups.list()).value().groups().size());
    }

    @Test
    void aLostAppendSendsEverybodyBackToWhatTheLogSays() {
        List<Joined> pair = house.settledPair();
        house.log("g").holdCommits();
        Answer<Map<TopicPartition, ErrorCode>> commit =
                house.commit(ref(pair.get(0).memberId()), 1, 42);
        house.log("g").fail(true);
        assertEquals(ErrorCode.NOT_COORDINATOR, commit.error());
        house.advance(100);
        house.loads.runAll();
        assertEquals(-1, house.committed("g", 0));
        assertEquals(ErrorCode.NONE, house.heartbeat(pair.get(0)));
    }
}
