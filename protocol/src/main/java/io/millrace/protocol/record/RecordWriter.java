package io.millrace.protocol.record;

import io.millrace.protocol.wire.Varint;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Writes single records into a buffer that has room for them, for producers that fill batches as records come. Allocates
 * nothing, but for headers.
 *
 * <p>The layout is that of {@link BatchRecords}.
 */
public final class RecordWriter {
    /** Length in place of a key's or value's where there is none. */
    private static final int NOTHING = -1;

    private RecordWriter() {}

    /** Bytes that a record's body takes, its own length in front left out. Null for no key, null for no value. */
    public static int bodySize(
            long timestampDelta, int offsetDelta, byte[] key, byte[] value, List<RecordHeader> headers) {
        return 1
                + Varint.sizeOfLong(timestampDelta)
                + Varint.sizeOf(offsetDelta)
                + sizeOf(key)
                + sizeOf(value)
                + (headers.isEmpty() ? 1 : RecordHeaders.sizeOf(headers));
    }

    /** Bytes that a record takes whose body has this size. */
    public static int size(int bodySize) {
        return Varint.sizeOf(bodySize) + bodySize;
    }

    /**
     * Writes a record at the buffer's position.
     *
     * @param bodySize what {@link #bodySize} gives for the same record
     */
    public static void write(
            ByteBuffer out,
            int bodySize,
            long timestampDelta,
            int offsetDelta,
            byte[] key,
            byte[] value,
            List<RecordHeader> headers) {
        writeHead(out, bodySize, timestampDelta, offsetDelta, key, value == null ? NOTHING : value.length);
        if (value != null) {
            out.put(value);
        }
        writeTail(out, headers);
    }

    /** Writes what stands in front of a record's value, for one that goes into several buffers. */
    public static void writeHead(
            ByteBuffer out, int bodySize, long timestampDelta, int offsetDelta, byte[] key, int valueLength) {
        Varint.write(bodySize, out);
        out.put((byte) 0); // attributes, none of which has a meaning
        Varint.writeLong(timestampDelta, out);
        Varint.write(offsetDelta, out);
        if (key == null) {
            Varint.write(NOTHING, out);
        } else {
            Varint.write(key.length, out);
            out.put(key);
        }
        Varint.write(valueLength, out);
    }

    /** Writes what stands behind a record's value. */
    public static void writeTail(ByteBuffer out, List<RecordHeader> headers) {
        if (headers.isEmpty()) {
            out.put((byte) 0);
        } else {
            RecordHeaders.write(headers, out);
        }
    }

    private static int sizeOf(byte[] part) {
        return part == null ? 1 : Varint.sizeOf(part.length) + part.length;
    }
}
