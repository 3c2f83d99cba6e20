package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OffsetMapTest {
    private static ByteBuffer key(int i) {
        return ByteBuffer.wrap(("key-" + i).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void eachKeyHasTheOffsetThatWasNotedLast() {
        OffsetMap map = new OffsetMap(1 << 20, 20_000);
        for (int i = 0; i < 20_000; i++) {
            assertTrue(map.put(key(i), i));
            assertTrue(map.put(key(i / 2), i));
        }
        for (int i = 0; i < 20_000; i++) {
            assertEquals(i < 10_000 ? 2 * i + 1 : i, map.get(key(i)));
        }
        assertEquals(-1, map.get(key(20_000)));
        assertEquals(20_000, map.size());
    }

    @Test
    void aFullMapTakesKnownKeysOnly() {
        OffsetMap map = new OffsetMap(10L * OffsetMap.BYTES_PER_KEY, Long.MAX_VALUE);
        for (int i = 0; i < 10; i++) {
            assertTrue(map.put(key(i), i));
        }
        assertFalse(map.put(key(10), 10));
        assertTrue(map.put(key(9), 11));
        assertEquals(-1, map.get(key(10)));
        assertEquals(11, map.get(key(9)));
    }

    @Test
    void thereIsRoomForOneKeyAtLeast() {
        OffsetMap map = new OffsetMap(1, 0);
        assertTrue(map.put(key(1), 0));
        assertFalse(map.put(key(2), 1));
        assertEquals(0, map.get(key(1)));
    }
}
