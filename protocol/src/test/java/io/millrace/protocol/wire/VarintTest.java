package io.millrace.protocol.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.protocol.testing.Seeded;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import org.apache.kafka.common.utils.internals.ByteUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(Seeded.class)
class VarintTest {

    @Test
    void knownValuesHaveKnownBytes() {
        assertUnsigned(0, "00");
        assertUnsigned(1, "01");
        assertUnsigned(127, "7f");
        assertUnsigned(128, "8001");
        assertUnsigned(300, "ac02");
        assertUnsigned(16383, "ff7f");
        assertUnsigned(16384, "808001");
        assertUnsigned(Integer.MAX_VALUE, "ffffffff07");
        assertUnsigned(-1, "ffffffff0f");
        assertSigned(0, "00");
        assertSigned(-1, "01");
        assertSigned(1, "02");
        assertSigned(-64, "7f");
        assertSigned(64, "8001");
        assertSigned(Integer.MIN_VALUE, "ffffffff0f");
        assertLong(Long.MAX_VALUE, "feffffffffffffffff01");
        assertLong(Long.MIN_VALUE, "ffffffffffffffffff01");
        assertLong(-65, "8101");
    }

    @Test
    void everyBitLengthIsReadAndSizedAsItIsWrittenAndAsKafkaDoes(Random random) {
        for (int i = 0; i < 20_000; i++) {
            int value = random.nextInt() >>> random.nextInt(32);
            value = random.nextBoolean() ? value : -value;
            long big = random.nextLong() >>> random.nextInt(64);
            big = random.nextBoolean() ? big : -big;
            ByteBuffer ours = ByteBuffer.allocate(40);
            Varint.writeUnsigned(value, ours);
            Varint.write(value, ours);
            Varint.writeLong(big, ours);
            ByteBuffer theirs = ByteBuffer.allocate(40);
            ByteUtils.writeUnsignedVarint(value, theirs);
            ByteUtils.writeVarint(value, theirs);
            ByteUtils.writeVarlong(big, theirs);
            assertEquals(theirs.flip(), ours.flip());
            int size = Varint.sizeOfUnsigned(value) + Varint.sizeOf(value) + Varint.sizeOfLong(big);
            assertEquals(size, ours.remaining());
            assertEquals(value, Varint.readUnsigned(ours));
            assertEquals(value, Varint.read(ours));
            assertEquals(big, Varint.readLong(ours));
        }
    }

    @Test
    void oneThatDoesNotEndIsRefused() {
        for (String hex : new String[] {"", "80", "ffffff", "ffffffff", "ffffffff8f", "ffffffffff01"}) {
            assertThrows(MalformedMessageException.class, () -> Varint.readUnsigned(buffer(hex)), hex);
            assertThrows(MalformedMessageException.class, () -> Varint.read(buffer(hex)), hex);
        }
        for (String hex : new String[] {"", "80", "ff".repeat(9), "ff".repeat(10), "ff".repeat(11)}) {
            assertThrows(MalformedMessageException.class, () -> Varint.readLong(buffer(hex)), hex);
        }
    }

    @Test
    void bitsBeyondTheTypeAreRefusedAndNotLost() {
        assertThrows(MalformedMessageException.class, () -> Varint.readUnsigned(buffer("ffffffff1f")));
        assertThrows(MalformedMessageException.class, () -> Varint.readLong(buffer("ff".repeat(9) + "02")));
    }

    private static void assertUnsigned(int value, String hex) {
        ByteBuffer out = ByteBuffer.allocate(10);
        Varint.writeUnsigned(value, out);
        assertBytes(hex, out);
        assertEquals(hex.length() / 2, Varint.sizeOfUnsigned(value));
        assertEquals(value, Varint.readUnsigned(buffer(hex)));
    }

    private static void assertSigned(int value, String hex) {
        ByteBuffer out = ByteBuffer.allocate(10);
        Varint.write(value, out);
        assertBytes(hex, out);
        assertEquals(hex.length() / 2, Varint.sizeOf(value));
        assertEquals(value, Varint.read(buffer(hex)));
    }

    private static void assertLong(long value, String hex) {
        ByteBuffer out = ByteBuffer.allocate(10);
        Varint.writeLong(value, out);
        assertBytes(hex, out);
        assertEquals(hex.length() / 2, Varint.sizeOfLong(value));
        assertEquals(value, Varint.readLong(buffer(hex)));
    }

    private static void assertBytes(String hex, ByteBuffer out) {
        byte[] written = new byte[out.position()];
        out.get(0, written);
        assertArrayEquals(HexFormat.of().parseHex(hex), written);
    }

    private static ByteBuffer buffer(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    }
}
