package io.millrace.broker.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.broker.cluster.PartitionState;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ElectionTest {
    private static final List<Integer> REPLICAS = List.of(3, 1, 2);

    private static Election.Facts facts(int leader, List<Integer> isr, Set<Integer> alive, boolean unclean) {
        PartitionState state = new PartitionState(leader, 7, isr, PartitionState.RECOVERED, 12);
        return new Election.Facts(REPLICAS, state, alive::contains, unclean);
    }

    @Test
    void whileTheLeaderIsAliveNobodyMayLead() {
        Election.Facts facts = facts(3, REPLICAS, Set.of(1, 2, 3), true);
        for (int broker : REPLICAS) {
            assertEquals(OptionalInt.empty(), Election.place(broker, facts));
            assertEquals(Optional.empty(), Election.claim(broker, facts));
        }
    }

    @Test
    void thoseInSyncAndAliveComeInTheOrderOfTheAssignment() {
        Election.Facts facts = facts(3, List.of(2, 3, 1), Set.of(1, 2), false);
        assertEquals(OptionalInt.of(0), Election.place(1, facts));
        assertEquals(OptionalInt.of(1), Election.place(2, facts));
        assertEquals(OptionalInt.empty(), Election.place(3, facts));
    }

    @Test
    void aClaimRaisesTheEpochAndLeavesTheDeadOut() {
        assertEquals(
                Optional.of(new PartitionState(1, 8, List.of(2, 1), PartitionState.RECOVERED, 12)),
                Election.claim(1, facts(3, List.of(2, 3, 1), Set.of(1, 2), false)));
    }

    @Test
    void whoIsNotInSyncMayNotLeadUnlessThatIsAllowedAndNobodyElseIsLeft() {
        assertEquals(OptionalInt.empty(), Election.place(1, facts(3, List.of(3), Set.of(1, 2), false)));
        assertEquals(OptionalInt.empty(), Election.place(1, facts(3, List.of(3, 2), Set.of(1, 2), true)));
        assertEquals(
                Optional.of(new PartitionState(1, 8, List.of(1), PartitionState.RECOVERING, 12)),
                Election.claim(1, facts(3, List.of(3), Set.of(1, 2), true)));
    }

    @Test
    void aPartitionWithoutLeaderIsClaimedByTheFirstInSync() {
        Election.Facts facts = facts(PartitionState.NO_LEADER, List.of(1, 2), Set.of(1, 2, 3), false);
        assertEquals(OptionalInt.of(0), Election.place(1, facts));
        assertEquals(OptionalInt.empty(), Election.place(3, facts));
    }
}
