package io.millrace.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.testing.Seeded;
import io.millrace.protocol.wire.BufferWriter;
import io.millrace.protocol.wire.Reader;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeded.class)
class UuidTest {

    @Test
    void theTextFormIsThatOfKafka(Random random) {
        for (int i = 0; i < 200; i++) {
            Uuid ours = new Uuid(random.nextLong(), random.nextLong());
            assertEquals(new org.apache.kafka.common.Uuid(ours.high(), ours.low()).toString(), ours.toString());
            assertEquals(ours, Uuid.parse(ours.toString()));
        }
        assertEquals("AAAAAAAAAAAAAAAAAAAAAA", Uuid.ZERO.toString());
    }

    @Test
    void textThatIsNoIdIsRefused() {
        for (String text :
                new String[] {"", "abc", "AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAA", "A+/AAAAAAAAAAAAAAAAAAA"
                }) {
            assertThrows(IllegalArgumentException.class, () -> Uuid.parse(text), text);
        }
    }

    @Test
    void randomIdsAreNeverReservedAndNeverLookLikeAnOption() {
        for (int i = 0; i < 2000; i++) {
            Uuid id = Uuid.random();
            assertFalse(id.isZero());
            assertFalse(id.toString().startsWith("-"));
        }
        assertTrue(Uuid.ZERO.isZero());
        assertTrue(new Uuid(62L << 58, 0).toString().startsWith("-"));
    }

    @Test
    void onTheWireTheHighHalfComesFirst() {
        ByteBuffer buffer = ByteBuffer.allocate(16);
        new Uuid(0x0102030405060708L, -2).write(new BufferWriter(buffer));
        assertEquals(0x0102030405060708L, buffer.getLong(0));
        assertEquals(-2, buffer.getLong(8));
        assertEquals(new Uuid(0x0102030405060708L, -2), Uuid.read(new Reader(buffer.flip())));
    }
}
