package io.millrace.broker.replica;

import static io.millrace.broker.replica.ReplicaHouse.batch;
import static io.millrace.broker.replica.ReplicaHouse.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.Replicas;
import io.millrace.broker.log.Log;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InSyncTest {
    private static final int SELF = ReplicaHouse.SELF;
    private static final long LAG_MS = 1000;

    @TempDir
    Path directory;

    private ReplicaHouse house;
    private Log log;
    private InSync inSync;

    /** A log of ten records, nothing of it committed, as a leader of three that are in sync sees it at time 0. */
    @BeforeEach
    void lead() {
        house = new ReplicaHouse(directory).started();
        house.topic("t", 1);
        Partition partition = house.partition("t", 0);
        log = partition.log();
        partition.lead(List.of(SELF, 2, 3), state(List.of(SELF, 2, 3), 1));
        for (int i = 0; i < 10; i++) {
            partition.append(only(batch("r" + i)));
        }
        inSync = new InSync(SELF, List.of(SELF, 2, 3), state(List.of(SELF, 2, 3), 1), 0);
    }

    @AfterEach
    void close() {
        house.close();
    }

    private static PartitionState state(List<Integer> isr, int version) {
        return new PartitionState(SELF, 3, isr, PartitionState.RECOVERED, version);
    }

    private void fetched(int replica, long offset, long nowMs) {
        inSync.fetched(replica, offset, log.endOffset(), nowMs, 1);
    }

    private Optional<List<Integer>> due(long nowMs, Set<Integer> gone) {
        return due(nowMs, gone, new Replicas(List.of(SELF, 2, 3), List.of(), List.of()));
    }

    private Optional<List<Integer>> due(long nowMs, Set<Integer> gone, Replicas held) {
        return inSync.beginChange(log, 0, nowMs, LAG_MS, gone::contains, (id, epoch) -> true, held)
                .map(PartitionState::isr);
    }

    @Test
    void whoIsToBeRemovedLeavesWhenAllWhoStayAreInAndDoesNotComeBack() {
        Replicas moving = new Replicas(List.of(SELF, 2, 3), List.of(2), List.of(3));
        inSync = new InSync(SELF, moving.all(), state(List.of(SELF, 3), 1), 0);
        fetched(3, 10, 1);
        assertEquals(Optional.empty(), due(2, Set.of(), moving));
        fetched(2, 10, 3);
        assertEquals(Optional.of(List.of(SELF, 2)), due(3, Set.of(), moving));
        inSync.written(state(List.of(SELF, 2), 2));
        assertEquals(Optional.empty(), due(4, Set.of(), moving), "3 has everything, and is not wanted");
    }

    @Test
    void whoIsNoReplicaAnyMoreDoesNotComeBackThoughItCounts() {
        inSync = new InSync(SELF, List.of(SELF, 2, 3), state(List.of(SELF, 2), 1), 0);
        fetched(3, 10, 1);
        Replicas moved = new Replicas(List.of(SELF, 2), List.of(), List.of());
        assertEquals(Optional.empty(), due(2, Set.of(), moved), "the view is ahead of what the leader was told");
        assertEquals(Optional.of(List.of(SELF, 2, 3)), due(2, Set.of()));
    }

    @Test
    void aLeaderThatIsToBeRemovedDoesNotTakeItselfOut() {
        Replicas moving = new Replicas(List.of(2, 3, SELF), List.of(), List.of(SELF));
        fetched(2, 10, 1);
        fetched(3, 10, 1);
        assertEquals(Optional.empty(), due(2, Set.of(), moving));
    }

    @Test
    void theHighWatermarkIsWhatAllMembersHave() {
        assertEquals(0, log.highWatermark());
        fetched(2, 7, 1);
        assertFalse(inSync.commit(log, 10), "nobody knows what 3 has");
        fetched(3, 4, 1);
        assertTrue(inSync.commit(log, 10));
        assertEquals(4, log.highWatermark());
        fetched(3, 9, 2);
        assertTrue(inSync.commit(log, 5));
        assertEquals(5, log.highWatermark(), "of our own log no more counts");
    }

    @Test
    void whileAMemberIsBeingTakenOutItStillCounts() {
        fetched(2, 10, 1);
        assertEquals(Optional.of(List.of(SELF, 2)), due(2, Set.of(3)));
        assertFalse(inSync.commit(log, 10));
        inSync.written(state(List.of(SELF, 2), 2));
        assertTrue(inSync.commit(log, 10));
        assertEquals(10, log.highWatermark());
    }

    @Test
    void whoIsBeingTakenInCountsAlready() {
        inSync = new InSync(SELF, List.of(SELF, 2, 3), state(List.of(SELF, 2), 1), 0);
        fetched(2, 6, 1);
        assertTrue(inSync.commit(log, 10));
        fetched(3, 6, 1);
        assertEquals(Optional.of(List.of(SELF, 2, 3)), due(2, Set.of()));
        fetched(2, 10, 3);
        assertFalse(inSync.commit(log, 10), "3 has no more than 6");
        inSync.abandon(1);
        assertTrue(inSync.commit(log, 10));
    }

    @Test
    void onlyOneChangeIsUnderWay() {
        assertEquals(Optional.of(List.of(SELF, 3)), due(1, Set.of(2)));
        assertEquals(Optional.empty(), due(1, Set.of(2, 3)));
        inSync.abandon(1);
        assertEquals(Optional.of(List.of(SELF)), due(1, Set.of(2, 3)));
    }

    @Test
    void whoLagsIsOutAndWhoHasEverythingStaysHoweverLongItIsSilent() {
        fetched(2, 10, 0);
        fetched(3, 9, 0);
        assertEquals(Optional.empty(), due(LAG_MS, Set.of()));
        assertEquals(Optional.of(List.of(SELF, 2)), due(LAG_MS + 1, Set.of()));
    }

    @Test
    void whoKeepsPaceAFetchBehindDoesNotLag() {
        fetched(2, 10, 0);
        fetched(3, 5, 0);
        for (long now = 500; now <= 3000; now += 500) { // always at where the end was when it last asked
            inSync.fetched(3, log.endOffset(), log.endOffset() + 1, now, 1);
        }
        assertEquals(Optional.empty(), due(3000, Set.of()));
    }

    @Test
    void whoHasLessThanTheHighWatermarkIsNotTakenIn() {
        inSync = new InSync(SELF, List.of(SELF, 2, 3), state(List.of(SELF, 2), 1), 0);
        fetched(2, 8, 1);
        inSync.commit(log, 10);
        fetched(3, 7, 1);
        assertFalse(inSync.mayGrow(3, log.highWatermark()));
        assertEquals(Optional.empty(), due(2, Set.of()));
        fetched(3, 8, 2);
        assertTrue(inSync.mayGrow(3, log.highWatermark()));
    }

    @Test
    void aFetchOfAnEarlierLifeSaysNothing() {
        inSync.fetched(2, 3, 10, 1, 5);
        inSync.fetched(2, 9, 10, 2, 4);
        assertEquals(3, inSync.progressOf(2).orElseThrow());
    }

    @Test
    void afterTheEndTheHighWatermarkDoesNotMove() {
        fetched(2, 9, 1);
        fetched(3, 9, 1);
        inSync.end();
        assertFalse(inSync.commit(log, 10));
        assertEquals(0, log.highWatermark());
    }

    @Test
    void aLateAnswerDoesNotEndTheNextChange() {
        assertEquals(Optional.of(List.of(SELF, 3)), due(1, Set.of(2)));
        inSync.update(List.of(SELF, 2, 3), state(List.of(SELF, 3), 2), 1); // the view was faster
        assertEquals(Optional.of(List.of(SELF)), due(1, Set.of(2, 3)));
        inSync.written(state(List.of(SELF, 3), 2));
        assertEquals(Optional.empty(), due(1, Set.of(2, 3)), "it is under way still");
    }
}
