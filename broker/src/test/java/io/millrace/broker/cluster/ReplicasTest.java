package io.millrace.broker.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReplicasTest {
    private static final Replicas AT_REST = new Replicas(List.of(1, 2, 3), List.of(), List.of());

    @Test
    void whileItMovesBothSidesHoldIt() {
        Replicas moving = AT_REST.to(List.of(4, 2, 5));
        assertEquals(new Replicas(List.of(4, 2, 5, 1, 3), List.of(4, 5), List.of(1, 3)), moving);
        assertEquals(List.of(4, 2, 5), moving.target());
        assertEquals(Set.of(1, 2, 3), Set.copyOf(moving.original()));
        assertEquals(new Replicas(List.of(4, 2, 5), List.of(), List.of()), moving.settled());
    }

    @Test
    void anotherOrderNeedsNoMove() {
        assertEquals(new Replicas(List.of(3, 1, 2), List.of(), List.of()), AT_REST.to(List.of(3, 1, 2)));
    }

    @Test
    void nobodyGoesBeforeAllWhoStayAreInSync() {
        Replicas moving = AT_REST.to(List.of(1, 2, 4));
        assertFalse(moving.mayLetGo(Set.of(1, 2, 3)));
        assertFalse(moving.mayLetGo(Set.of(1, 3, 4)));
        assertTrue(moving.mayLetGo(Set.of(1, 2, 4)));
        assertTrue(moving.mayLetGo(Set.of(1, 2, 3, 4)));
        assertFalse(AT_REST.mayLetGo(Set.of(1, 2, 3)));
    }

    @Test
    void onTheWayBackOneInSyncIsEnough() {
        Replicas back = AT_REST.to(List.of(4, 5));
        back = back.to(back.original());
        assertEquals(Set.of(4, 5), Set.copyOf(back.removing()));
        assertEquals(Set.of(1, 2, 3), Set.copyOf(back.target()));
        assertTrue(back.mayLetGo(Set.of(1, 4)));
        assertFalse(back.mayLetGo(Set.of(4)));
        assertEquals(List.of(), back.settled().adding());
    }

    @Test
    void aMoveThatIsReplacedStillKnowsWhereItBegan() {
        Replicas other = AT_REST.to(List.of(4, 5)).to(List.of(6, 1));
        assertEquals(List.of(6, 1), other.target());
        assertEquals(Set.of(1, 2, 3), Set.copyOf(other.original()));
        assertEquals(Set.of(4, 5, 6), Set.copyOf(other.adding()));
        assertEquals(Set.of(2, 3, 4, 5), Set.copyOf(other.removing()));
    }
}
