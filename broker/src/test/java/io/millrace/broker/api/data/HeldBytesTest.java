package io.millrace.broker.api.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HeldBytesTest {
    private final HeldBytes held = new HeldBytes(100);

    @Test
    void pastTheBoundNothingIsHeldUntilSomethingIsLetGo() {
        assertTrue(held.tryHold(60));
        assertTrue(held.tryHold(40));
        assertFalse(held.tryHold(1));
        held.letGo(40);
        assertFalse(held.tryHold(41));
        assertTrue(held.tryHold(40));
        assertEquals(100, held.held());
    }

    @Test
    void whatIsLargerThanTheBoundIsHeldAlone() {
        assertTrue(held.tryHold(500));
        assertFalse(held.tryHold(1));
        held.letGo(500);
        assertTrue(held.tryHold(1));
        assertFalse(held.tryHold(500));
    }
}
