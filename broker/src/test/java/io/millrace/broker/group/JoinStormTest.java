package io.millrace.broker.group;

import static io.millrace.broker.group.GroupHouse.SESSION_MS;
import static io.millrace.broker.group.GroupHouse.ref;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.coordinator.Answer;
import io.millrace.broker.group.JoinOutcome.Joined;
import io.millrace.broker.group.JoinOutcome.MemberIdRequired;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.wire.Bytes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One client that asks for far too much does not take the others' room. */
class JoinStormTest {
    private static final int STORM = 20_000;

    private static Joining joining(String groupId, boolean takesMemberId, int metadataBytes) {
        List<MemberProtocol> protocols = List.of(new MemberProtocol("range", Bytes.of(new byte[metadataBytes])));
        return new Joining(
                groupId, ref(""), "storm", "/h", SESSION_MS, 60_000, "consumer", protocols, takesMemberId, true);
    }

    @Test
    void idsThatAreNeverUsedDoNotPileUp() {
        GroupHouse house = new GroupHouse();
        Joined settled = house.settled("good");
        for (int i = 0; i < STORM; i++) {
            house.join(joining("storm" + i, true, 10));
        }
        int groups = Answer.of(house.groups.list()).value().groups().size();
        assertTrue(groups <= 4 * PendingMembers.MOST + 1, () -> groups + " groups");
        assertEquals(ErrorCode.NONE, house.heartbeat(settled));
        Answer<JoinOutcome> newcomer = house.join(ref(""), "newcomer");
        String id = ((MemberIdRequired) newcomer.value()).memberId();
        assertTrue(!house.join(ref(id), "newcomer").isGiven());
        house.advance(SESSION_MS);
        assertEquals(1, Answer.of(house.groups.list()).value().groups().size());
    }

    @Test
    void idsAskedForInOneGroupDoNotPileUp() {
        GroupHouse house = new GroupHouse();
        for (int i = 0; i < STORM; i++) {
            assertTrue(house.join(joining("g", true, 10)).isGiven());
        }
        house.advance(SESSION_MS);
        assertEquals("Dead", house.state());
    }

    @Test
    void membersHoldNoMoreMemoryThanTheyMay() {
        GroupHouse house = new GroupHouse(Map.of("millrace.group.memory.max.bytes", "10000000"));
        Joined settled = house.settled("good");
        int taken = 0;
        for (int i = 0; i < 2_000; i++) {
            Answer<JoinOutcome> answer = house.join(joining("storm" + i, false, 100_000));
            if (!answer.isGiven()) {
                taken++;
            } else {
                assertEquals(ErrorCode.COORDINATOR_NOT_AVAILABLE, answer.error());
            }
        }
        assertTrue(taken > 50 && taken < 100, "took " + taken);
        assertEquals(ErrorCode.NONE, house.heartbeat(settled));
        house.advance(3_000 + SESSION_MS / 2);
        assertEquals(ErrorCode.NONE, house.heartbeat(settled));
        house.advance(SESSION_MS - 1);
        assertEquals(ErrorCode.NONE, house.heartbeat(settled));
        assertTrue(!house.join(joining("later", false, 100_000)).isGiven()); // the storm's members have timed out
    }

    @Test
    void aGroupOfManyMembersIsQuick() {
        GroupHouse house = new GroupHouse();
        int before = house.scheduler.outstanding();
        for (int i = 0; i < 5_000; i++) {
            house.join(joining("g", false, 100));
        }
        assertEquals(before + 1, house.scheduler.outstanding(), 1.0);
        house.advance(2 * GroupHouse.DELAY_MS);
        assertEquals("CompletingRebalance", house.state());
        assertEquals(5_000, house.view().members().size());
    }
}
