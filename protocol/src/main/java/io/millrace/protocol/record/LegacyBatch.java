package io.millrace.protocol.record;

import io.millrace.protocol.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;

/**
 * A view of one message of magic 0 or 1, as it stood before batches: a record by itself, or a wrapper around a
 * compressed set of such. Read only.
 *
 * <pre>
 *  0 i64 offset              16 i8  magic                     18 | 26 i32 key length, -1 for none
 *  8 i32 size (from 12 on)   17 i8  attributes                        key
 * 12 u32 crc: CRC-32 of all  18 i64 timestamp, magic 1 only           i32 value length, -1 for none
 *        from 16 on                                                   value
 * </pre>
 *
 * <p>Attributes: bits 0-2 codec, bit 3 timestamp type (magic 1). A wrapper's offset is that of its last message; in
 * magic 0 the messages inside bear their own offsets, in magic 1 they count from 0.
 *
 * <p>Made by {@link LegacyBatches}, which has checked that the buffer holds the size claimed. Valid as long as the
 * buffer is.
 */
public final class LegacyBatch {
    private static final int CRC = 12;
    private static final int MAGIC = 16;
    private static final int ATTRIBUTES = 17;
    private static final int TIMESTAMP = 18;
    private static final int LENGTHS = 8;
    static final int CODEC_MASK = 0x07;
    static final int LOG_APPEND_TIME = 0x08;

    private final ByteBuffer buffer;
    private final int at;

    LegacyBatch(ByteBuffer buffer, int at) {
        this.buffer = buffer;
        this.at = at;
    }

    /** Whether a whole message of magic 0 or 1 begins at a position. */
    static boolean wholeAt(ByteBuffer buffer, int at, int end) {
        if (end - at < BatchHeader.MAGIC_END) {
            return false;
        }
        byte magic = BatchHeader.magic(buffer, at);
        if (magic != 0 && magic != 1) {
            return false;
        }
        int size = BatchHeader.sizeInBytes(buffer, at);
        return size >= partsAt(magic) + LENGTHS && size <= end - at;
    }

    /** Where key length and key, value length and value begin. */
    private static int partsAt(byte magic) {
        return magic == 0 ? TIMESTAMP : TIMESTAMP + 8;
    }

    /** The message's own bytes: a slice. */
    public ByteBuffer bytes() {
        return buffer.slice(at, sizeInBytes());
    }

    /** Where in the buffer the message begins. */
    public int position() {
        return at;
    }

    public int sizeInBytes() {
        return BatchHeader.sizeInBytes(buffer, at);
    }

    /** The offset of the message, or of the last one in it. */
    public long offset() {
        return BatchHeader.baseOffset(buffer, at);
    }

    public byte magic() {
        return BatchHeader.magic(buffer, at);
    }

    /** The codec's id; above 0 the message is a wrapper. */
    public int codec() {
        return buffer.get(at + ATTRIBUTES) & CODEC_MASK;
    }

    public boolean isLogAppendTime() {
        return magic() == 1 && (buffer.get(at + ATTRIBUTES) & LOG_APPEND_TIME) != 0;
    }

    /** Milliseconds since 1970; -1 in magic 0. */
    public long timestamp() {
        return magic() == 0 ? BatchHeader.NO_TIMESTAMP : buffer.getLong(at + TIMESTAMP);
    }

    public boolean hasValidCrc() {
        CRC32 crc = new CRC32();
        crc.update(buffer.slice(at + MAGIC, sizeInBytes() - MAGIC));
        return buffer.getInt(at + CRC) == (int) crc.getValue();
    }

    /**
     * The records: one, or those that the wrapper holds, with their absolute offsets.
     *
     * @param maxBytes the most that may come out of decompression
     * @throws io.millrace.protocol.wire.MalformedMessageException if lengths, codec, CRCs or offsets inside are wrong;
     *     this message's own CRC is for the caller
     * @throws io.millrace.protocol.compress.DecompressionBoundException past {@code maxBytes}
     */
    public LegacyRecords records(int maxBytes) {
        return LegacyRecords.of(this, maxBytes);
    }

    /** The record that an uncompressed message is, its offset moved by {@code shift}. */
    Record record(long shift, long timestamp) {
        int end = at + sizeInBytes();
        Record.Span key = span(at + partsAt(magic()), end - 4);
        Record.Span value = span(key.at() + Math.max(0, key.length()), end);
        if (value.at() + Math.max(0, value.length()) != end) {
            throw new MalformedMessageException("bytes behind the value of a message");
        }
        return new Record(buffer, offset() + shift, timestamp, key, value, Record.Span.NOTHING);
    }

    private Record.Span span(int lengthAt, int end) {
        int length = buffer.getInt(lengthAt);
        if (length < -1 || length > end - lengthAt - 4) {
            throw new MalformedMessageException("a key or value of " + length + " bytes");
        }
        return new Record.Span(lengthAt + 4, length);
    }
}
