package io.millrace.protocol.record;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC-32C (Castagnoli) over part of a buffer, on the heap or off it, without copying. */
public final class Crc32c {
    /** x^32 left out, reflected. */
    private static final int POLYNOMIAL = 0x82F63B78;

    /** x^8: what one byte that follows multiplies a difference by. */
    private static final int BYTE = 1 << 23;

    private Crc32c() {}

    /** The checksum of {@code length} bytes from the absolute position {@code at} on; the buffer's position stays. */
    public static int of(ByteBuffer buffer, int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.slice(at, length));
        return (int) crc.getValue();
    }

    /**
     * What the difference (exclusive or) of two checksums becomes when the same bytes follow on both sides, so many of
     * them: checksums are sums in a field, where equal bytes cancel out, and only the place of the difference counts.
     */
    static int advance(int difference, int bytes) {
        int advanced = difference;
        int power = BYTE;
        for (int left = bytes; left != 0; left >>>= 1) {
            if ((left & 1) != 0) {
                advanced = times(power, advanced);
            }
            power = times(power, power);
        }
        return advanced;
    }

    /** The product of two polynomials modulo that of the checksum; the highest bit is 1, the lowest x^31. */
    private static int times(int one, int other) {
        int product = 0;
        int shifted = other;
        for (int left = one; left != 0; left <<= 1) {
            if (left < 0) {
                product ^= shifted;
            }
            shifted = (shifted & 1) == 0 ? shifted >>> 1 : (shifted >>> 1) ^ POLYNOMIAL;
        }
        return product;
    }
}
