package io.millrace.protocol.record;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC-32C (Castagnoli) over part of a buffer, on the heap or off it, without copying. */
public final class Crc32c {
    private Crc32c() {}

    /** The checksum of {@code length} bytes from the absolute position {@code at} on; the buffer's position stays. */
    public static int of(ByteBuffer buffer, int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.slice(at, length));
        return (int) crc.getValue();
    }
}
