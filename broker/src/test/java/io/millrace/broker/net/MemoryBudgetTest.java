package io.millrace.broker.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.net.MemoryBudget.Reservation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    private final MemoryBudget budget = new MemoryBudget(100);
    private final List<String> called = new ArrayList<>();

    private Optional<Reservation> reserve(String who, long bytes) {
        return budget.tryReserve(bytes, () -> called.add(who));
    }

    private Reservation reserved(long bytes) {
        return reserve("nobody", bytes).orElseThrow();
    }

    private boolean grow(Reservation reservation, String who, long bytes) {
        return reservation.tryGrow(bytes, () -> called.add(who));
    }

    @Test
    void aRequestLargerThanTheBoundComesIn() {
        Reservation large = reserved(1000);
        assertEquals(1000, budget.held());
        large.release();
        assertEquals(0, budget.held());
    }

    @Test
    void pastTheBoundNobodyComesInUntilThereIsRoom() {
        Reservation first = reserved(60);
        Reservation second = reserved(60);
        assertTrue(reserve("a", 1).isEmpty());
        assertTrue(reserve("b", 1).isEmpty());
        assertEquals(List.of(), called);
        second.release();
        assertEquals(List.of("a", "b"), called);
        first.release();
        assertEquals(List.of("a", "b"), called, "each is called once");
    }

    @Test
    void aReleaseThatLeavesNoRoomCallsNobody() {
        Reservation small = reserved(10);
        reserved(200);
        assertTrue(reserve("a", 1).isEmpty());
        small.release();
        assertEquals(List.of(), called);
    }

    @Test
    void releasingTwiceCountsOnce() {
        Reservation first = reserved(60);
        reserved(30);
        first.release();
        first.release();
        assertEquals(30, budget.held());
    }

    @Test
    void pastTheBoundOneAtATimeGrows() {
        Reservation first = reserved(50);
        Reservation second = reserved(50);
        assertTrue(grow(first, "first", 50));
        assertTrue(grow(first, "first", 100));
        assertFalse(grow(second, "second", 50));
        assertEquals(250, budget.held());
        first.release();
        assertEquals(List.of("second"), called);
        assertTrue(grow(second, "second", 1000));
        assertEquals(1050, budget.held());
    }

    @Test
    void theNextMayGrowPastTheBoundEvenIfThereIsNoRoomYet() {
        Reservation first = reserved(50);
        Reservation second = reserved(500);
        assertTrue(grow(first, "first", 50));
        assertFalse(grow(second, "second", 50));
        first.release();
        assertEquals(500, budget.held());
        assertEquals(List.of("second"), called);
        assertTrue(grow(second, "second", 50));
        second.release();
        assertEquals(0, budget.held());
    }
}
