package io.millrace.protocol.record;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The 61 bytes in front of a record batch of magic 2, read and patched in place.
 *
 * <pre>
 *  0 i64 baseOffset            21 i16 attributes          51 i16 producerEpoch
 *  8 i32 batchLength (of the   23 i32 lastOffsetDelta     53 i32 baseSequence
 *        bytes from 12 on)     27 i64 baseTimestamp       57 i32 recordsCount
 * 12 i32 partitionLeaderEpoch  35 i64 maxTimestamp        61     records, maybe compressed
 * 16 i8  magic                 43 i64 producerId
 * 17 u32 crc: CRC-32C of all from 21 on
 * </pre>
 *
 * <p>Attributes: bits 0-2 codec, 3 timestamp type, 4 transactional, 5 control, 6 delete horizon. All methods use
 * absolute positions: {@code at} is where the batch begins in the buffer.
 */
public final class BatchHeader {
    /** Bytes of the header. */
    public static final int SIZE = 61;
    /** Bytes in front of those that batchLength counts. */
    public static final int LOG_OVERHEAD = 12;
    /** Bytes up to and with the magic: as much as is needed to tell what follows. */
    public static final int MAGIC_END = 17;

    public static final byte MAGIC = 2;
    public static final long NO_TIMESTAMP = -1;
    public static final long NO_PRODUCER_ID = -1;
    public static final int NO_SEQUENCE = -1;

    static final int CRC = 17;
    static final int ATTRIBUTES = 21;
    static final int CODEC_MASK = 0x07;
    static final int LOG_APPEND_TIME = 0x08;
    static final int TRANSACTIONAL = 0x10;
    static final int CONTROL = 0x20;
    static final int DELETE_HORIZON = 0x40;

    private BatchHeader() {}

    public static long baseOffset(ByteBuffer in, int at) {
        return in.getLong(at);
    }

    public static void setBaseOffset(ByteBuffer in, int at, long offset) {
        in.putLong(at, offset);
    }

    /** Bytes of the whole batch as the header claims; not checked against anything, may be negative. */
    public static int sizeInBytes(ByteBuffer in, int at) {
        return LOG_OVERHEAD + in.getInt(at + 8);
    }

    public static int leaderEpoch(ByteBuffer in, int at) {
        return in.getInt(at + 12);
    }

    /** Outside of what the CRC covers. */
    public static void setLeaderEpoch(ByteBuffer in, int at, int epoch) {
        in.putInt(at + 12, epoch);
    }

    public static byte magic(ByteBuffer in, int at) {
        return in.get(at + 16);
    }

    public static int crc(ByteBuffer in, int at) {
        return in.getInt(at + CRC);
    }

    public static int attributes(ByteBuffer in, int at) {
        return in.getShort(at + ATTRIBUTES);
    }

    public static int lastOffsetDelta(ByteBuffer in, int at) {
        return in.getInt(at + 23);
    }

    public static long baseTimestamp(ByteBuffer in, int at) {
        return in.getLong(at + 27);
    }

    public static long maxTimestamp(ByteBuffer in, int at) {
        return in.getLong(at + 35);
    }

    public static long producerId(ByteBuffer in, int at) {
        return in.getLong(at + 43);
    }

    public static short producerEpoch(ByteBuffer in, int at) {
        return in.getShort(at + 51);
    }

    public static int baseSequence(ByteBuffer in, int at) {
        return in.getInt(at + 53);
    }

    public static int recordsCount(ByteBuffer in, int at) {
        return in.getInt(at + 57);
    }

    /** The CRC that the bytes of a batch of {@code size} bytes have. */
    public static int computeCrc(ByteBuffer in, int at, int size) {
        return Crc32c.of(in, at + ATTRIBUTES, size - ATTRIBUTES);
    }

    /**
     * Gives the batch another timestamp type and largest timestamp, and the CRC that goes with them. Does nothing, and
     * computes nothing, where both stay as they are.
     *
     * @param logAppendTime whether {@code maxTimestamp} is the time of the append and holds for all records
     */
    public static void stampTime(ByteBuffer in, int at, int size, boolean logAppendTime, long maxTimestamp) {
        int attributes = attributes(in, at);
        int wanted = logAppendTime ? attributes | LOG_APPEND_TIME : attributes & ~LOG_APPEND_TIME;
        if (wanted == attributes && maxTimestamp(in, at) == maxTimestamp) {
            return;
        }
        in.putShort(at + ATTRIBUTES, (short) wanted);
        in.putLong(at + 35, maxTimestamp);
        in.putInt(at + CRC, computeCrc(in, at, size));
    }

    /**
     * Makes the batch one of another producer, outside of any transaction and not yet in a log: base offset 0, no leader
     * epoch, no delete horizon. Whoever passes a batch on does so.
     *
     * <p>Looks at no record: the checksum is moved by what the header's change makes of it. So bytes that were damaged
     * before are still found to be, by whoever checks next.
     *
     * @param size of the batch
     */
    public static void restamp(
            ByteBuffer in, int at, int size, long producerId, short producerEpoch, int baseSequence) {
        int before = Crc32c.of(in, at + ATTRIBUTES, SIZE - ATTRIBUTES);
        setBaseOffset(in, at, 0);
        setLeaderEpoch(in, at, -1);
        in.putShort(at + ATTRIBUTES, (short) (attributes(in, at) & ~(TRANSACTIONAL | DELETE_HORIZON)));
        in.putLong(at + 43, producerId);
        in.putShort(at + 51, producerEpoch);
        in.putInt(at + 53, baseSequence);
        int difference = before ^ Crc32c.of(in, at + ATTRIBUTES, SIZE - ATTRIBUTES);
        in.putInt(at + CRC, crc(in, at) ^ Crc32c.advance(difference, size - SIZE));
    }

    /**
     * Writes a whole header in front of {@code size - 61} bytes of records that lie behind it already, CRC included.
     */
    static void write(ByteBuffer out, int at, int size, RecordBatch.Meta meta, int lastOffsetDelta, int count) {
        writeFields(out, at, size, meta, lastOffsetDelta, count);
        out.putInt(at + CRC, computeCrc(out, at, size));
    }

    private static void writeFields(
            ByteBuffer out, int at, int size, RecordBatch.Meta meta, int lastOffsetDelta, int count) {
        out.putLong(at, meta.baseOffset());
        out.putInt(at + 8, size - LOG_OVERHEAD);
        out.putInt(at + 12, meta.leaderEpoch());
        out.put(at + 16, MAGIC);
        out.putShort(at + ATTRIBUTES, (short) meta.attributes());
        out.putInt(at + 23, lastOffsetDelta);
        out.putLong(at + 27, meta.baseTimestamp());
        out.putLong(at + 35, meta.maxTimestamp());
        out.putLong(at + 43, meta.producerId());
        out.putShort(at + 51, meta.producerEpoch());
        out.putInt(at + 53, meta.baseSequence());
        out.putInt(at + 57, count);
    }

    /**
     * As {@link #write(ByteBuffer, int, int, RecordBatch.Meta, int, int)}, where the records lie in several pieces: the
     * first has room for the header in front, and all are taken from 0 to their limits.
     */
    public static void write(List<ByteBuffer> pieces, RecordBatch.Meta meta, int lastOffsetDelta, int count) {
        ByteBuffer first = pieces.get(0);
        int size = 0;
        for (ByteBuffer piece : pieces) {
            size = Math.addExact(size, piece.limit());
        }
        writeFields(first, 0, size, meta, lastOffsetDelta, count);
        CRC32C crc = new CRC32C();
        crc.update(first.slice(ATTRIBUTES, first.limit() - ATTRIBUTES));
        for (int i = 1; i < pieces.size(); i++) {
            crc.update(pieces.get(i).slice(0, pieces.get(i).limit()));
        }
        first.putInt(CRC, (int) crc.getValue());
    }
}
