package io.millrace.protocol.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.compress.DecompressionBoundException;
import io.millrace.protocol.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class LegacyBatchTest {
    private static final int ENOUGH = 1 << 20;
    private static final byte[] VALUE = {5, 6, 7};

    @Test
    void offsetsInsideAWrapperOfMagic1CountBackFromTheWrappers() {
        assertEquals(List.of(40L, 41L, 42L), offsets(wrapper(1, 1, 42, inner(1, 0, 1, 2))));
        assertEquals(List.of(40L, 42L), offsets(wrapper(1, 1, 42, inner(1, 0, 2))));
    }

    @Test
    void aWrapperOffsetOfZeroLeavesTheOffsetsInsideAsTheyAre() {
        assertEquals(List.of(0L, 1L, 2L), offsets(wrapper(1, 1, 0, inner(1, 0, 1, 2))));
    }

    @Test
    void aWrapperBeforeItsLastMessageIsRefused() {
        LegacyBatch wrapper = wrapper(1, 1, 1, inner(1, 0, 1, 2));
        assertThrows(MalformedMessageException.class, () -> wrapper.records(ENOUGH));
    }

    @Test
    void offsetsInsideAWrapperOfMagic0AreTheirOwn() {
        assertEquals(List.of(7L, 8L), offsets(wrapper(0, 1, 8, inner(0, 7, 8))));
    }

    @Test
    void aWrapperHoldsUncompressedMessagesOfItsOwnMagic() {
        ByteBuffer other = inner(0, 0, 1);
        ByteBuffer nested = wrapper(1, 1, 3, inner(1, 0, 1)).bytes();
        for (ByteBuffer content : List.of(other, nested, ByteBuffer.allocate(0), ByteBuffer.allocate(5))) {
            LegacyBatch wrapper = wrapper(1, 1, 9, content);
            assertThrows(MalformedMessageException.class, () -> wrapper.records(ENOUGH));
        }
    }

    @Test
    void aWrongCrcInsideAWrapperIsRefused() {
        ByteBuffer content = inner(1, 0, 1);
        content.put(12, (byte) (content.get(12) ^ 1));
        LegacyBatch wrapper = wrapper(1, 1, 9, content);
        assertThrows(MalformedMessageException.class, () -> wrapper.records(ENOUGH));
    }

    @Test
    void zstdAndUnknownCodecsAreRefused() {
        for (int codec = 4; codec <= 7; codec++) {
            LegacyBatch wrapper = one(message(1, codec, 0, VALUE));
            assertThrows(MalformedMessageException.class, () -> wrapper.records(ENOUGH));
        }
    }

    @Test
    void aWrapperWithoutValueIsRefused() {
        ByteBuffer bytes = message(1, 1, 0, new byte[0]);
        bytes.putInt(bytes.limit() - 4, -1);
        LegacyBatch wrapper = one(bytes);
        assertThrows(MalformedMessageException.class, () -> wrapper.records(ENOUGH));
    }

    @Test
    void decompressionStopsAtTheBound() {
        LegacyBatch wrapper = wrapper(1, 1, 2, inner(1, 0, 1, 2));
        assertThrows(DecompressionBoundException.class, () -> wrapper.records(50));
    }

    @Test
    void keyAndValueFillTheMessageExactly() {
        for (int wrong : new int[] {-2, 2, 4, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            ByteBuffer bytes = message(1, 0, 0, VALUE);
            bytes.putInt(bytes.limit() - 7, wrong);
            LegacyBatch wrongValue = one(bytes);
            assertThrows(MalformedMessageException.class, () -> wrongValue.records(ENOUGH), () -> "value " + wrong);
            ByteBuffer other = message(1, 0, 0, VALUE);
            other.putInt(other.limit() - 11, wrong);
            LegacyBatch wrongKey = one(other);
            assertThrows(MalformedMessageException.class, () -> wrongKey.records(ENOUGH), () -> "key " + wrong);
        }
    }

    @Test
    void walkingStopsAtEveryCutAndAtMagic2() {
        for (int magic = 0; magic <= 1; magic++) {
            ByteBuffer whole = message(magic, 0, 0, new byte[0]);
            for (int length = 0; length < whole.limit(); length++) {
                LegacyBatches messages = new LegacyBatches(whole.slice(0, length));
                assertFalse(messages.hasNext());
                assertEquals(length, messages.leftOver());
            }
        }
        assertFalse(
                new LegacyBatches(BatchBuilder.create().append(1, VALUE, VALUE).build()).hasNext());
        assertFalse(new RecordBatches(message(1, 0, 0, VALUE)).hasNext());
    }

    private static List<Long> offsets(LegacyBatch wrapper) {
        List<Long> offsets = new ArrayList<>();
        wrapper.records(ENOUGH).forEach(record -> offsets.add(record.offset()));
        return offsets;
    }

    private static LegacyBatch one(ByteBuffer bytes) {
        return new LegacyBatches(bytes).next();
    }

    private static LegacyBatch wrapper(int magic, int codec, long offset, ByteBuffer content) {
        ByteBuffer compressed = Compression.of(codec).orElseThrow().compress(content);
        return one(message(magic, codec, offset, RandomRecords.array(compressed)));
    }

    private static ByteBuffer inner(int magic, long... offsets) {
        ByteBuffer all = ByteBuffer.allocate(offsets.length * 64);
        for (long offset : offsets) {
            all.put(message(magic, 0, offset, VALUE));
        }
        return all.flip();
    }

    /** A message without key. */
    private static ByteBuffer message(int magic, int attributes, long offset, byte[] value) {
        ByteBuffer bytes = ByteBuffer.allocate(12 + 14 + 8 * magic + value.length);
        bytes.putLong(offset).putInt(bytes.capacity() - 12).putInt(0).put((byte) magic);
        bytes.put((byte) attributes);
        if (magic == 1) {
            bytes.putLong(1000 + offset);
        }
        bytes.putInt(-1).putInt(value.length).put(value).flip();
        CRC32 crc = new CRC32();
        crc.update(bytes.slice(16, bytes.limit() - 16));
        return bytes.putInt(12, (int) crc.getValue());
    }
}
