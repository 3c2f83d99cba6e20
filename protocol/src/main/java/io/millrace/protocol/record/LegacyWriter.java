package io.millrace.protocol.record;

import io.millrace.protocol.compress.Compression;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * Writes messages of magic 0 or 1 one behind the other into a heap buffer that grows. The layout is drawn in {@link
 * LegacyBatch}. One thread.
 */
final class LegacyWriter {
    private static final int FIRST_ROOM = 512;
    private static final int CRC_COVERS_FROM = 16;
    private static final int LOG_OVERHEAD = 12;

    private final byte magic;
    private ByteBuffer out = ByteBuffer.allocate(FIRST_ROOM);

    LegacyWriter(byte magic) {
        this.magic = magic;
    }

    /** Bytes that a message with such a key and value takes. */
    static int sizeOf(byte magic, int keySize, int valueSize) {
        return LOG_OVERHEAD + (magic == 0 ? 14 : 22) + keySize + valueSize;
    }

    /** Bytes written so far. */
    int size() {
        return out.position();
    }

    /** Adds a record as a message of its own. */
    void record(long offset, Record record, boolean logAppendTime) {
        message(
                offset,
                logAppendTime ? LegacyBatch.LOG_APPEND_TIME : 0,
                record.timestamp(),
                record.key().orElse(null),
                record.value().orElse(null));
    }

    /** Adds a wrapper around messages that were compressed. */
    void wrapper(long lastOffset, Compression codec, boolean logAppendTime, long timestamp, ByteBuffer compressed) {
        int attributes = codec.id() | (logAppendTime ? LegacyBatch.LOG_APPEND_TIME : 0);
        message(lastOffset, attributes, timestamp, null, compressed);
    }

    /** Adds a message as it is. */
    void copy(ByteBuffer message) {
        makeRoom(message.remaining());
        out.put(message);
    }

    /** Null for no key or value. */
    private void message(long offset, int attributes, long timestamp, ByteBuffer key, ByteBuffer value) {
        int size = sizeOf(magic, key == null ? 0 : key.remaining(), value == null ? 0 : value.remaining());
        makeRoom(size);
        int at = out.position();
        out.putLong(offset).putInt(size - LOG_OVERHEAD).putInt(0).put(magic);
        out.put((byte) (magic == 0 ? attributes & LegacyBatch.CODEC_MASK : attributes));
        if (magic > 0) {
            out.putLong(timestamp);
        }
        part(key);
        part(value);
        CRC32 crc = new CRC32();
        crc.update(out.array(), at + CRC_COVERS_FROM, size - CRC_COVERS_FROM);
        out.putInt(at + LOG_OVERHEAD, (int) crc.getValue());
    }

    private void part(ByteBuffer part) {
        if (part == null) {
            out.putInt(-1);
        } else {
            out.putInt(part.remaining()).put(part);
        }
    }

    /** What was written, in the writer's own buffer: used up. */
    ByteBuffer toBuffer() {
        return out.flip();
    }

    private void makeRoom(int bytes) {
        if (bytes > out.remaining()) {
            long wanted = Math.max(out.position() + (long) bytes, 2L * out.capacity());
            out = ByteBuffer.allocate(Math.toIntExact(Math.min(wanted, Integer.MAX_VALUE - 8L)))
                    .put(out.flip());
        }
    }
}
