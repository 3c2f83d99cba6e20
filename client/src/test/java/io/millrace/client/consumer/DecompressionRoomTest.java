package io.millrace.client.consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.compress.DecompressionBoundException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class DecompressionRoomTest {
    private static final int SIZE = 10_000;

    private final DecompressionRoom room = new DecompressionRoom(1 << 20);

    private static ByteBuffer compressed(int size, char of) {
        byte[] bytes = new byte[size];
        Arrays.fill(bytes, (byte) of);
        return Compression.LZ4.compress(ByteBuffer.wrap(bytes));
    }

    private ByteBuffer decompress(char of) {
        return room.decompress(Compression.LZ4, compressed(SIZE, of));
    }

    private static void assertHolds(char of, ByteBuffer batch) {
        assertEquals(SIZE, batch.remaining());
        assertEquals(of, batch.get(0));
        assertEquals(of, batch.get(SIZE - 1));
    }

    @Test
    void whatWasGivenBackIsUsedAgain() {
        ByteBuffer first = decompress('a');
        room.giveBack(false);
        ByteBuffer second = decompress('b');
        assertHolds('b', first); // it is the same memory
        assertHolds('b', second);
    }

    @Test
    void batchesOfOnePollDoNotMeet() {
        ByteBuffer first = decompress('a');
        ByteBuffer second = decompress('b');
        assertHolds('a', first);
        assertHolds('b', second);
    }

    @Test
    void theBatchThatHasRecordsLeftStays() {
        decompress('a');
        ByteBuffer second = decompress('b');
        room.giveBack(true);
        decompress('c');
        decompress('d');
        assertHolds('b', second);
    }

    @Test
    void theBoundHoldsForMemoryThatIsUsedAgain() {
        DecompressionRoom small = new DecompressionRoom(SIZE);
        small.decompress(Compression.LZ4, compressed(SIZE, 'a'));
        small.giveBack(false);
        assertThrows(
                DecompressionBoundException.class, () -> small.decompress(Compression.LZ4, compressed(SIZE + 1, 'b')));
    }

    @Test
    void notMuchIsKept() {
        for (int i = 0; i < 200; i++) {
            room.decompress(Compression.LZ4, compressed(100_000, 'a'));
        }
        assertTrue(room.sizeInBytes() >= 200 * 100_000);
        room.giveBack(false);
        assertTrue(room.sizeInBytes() <= 4 << 20);
    }
}
