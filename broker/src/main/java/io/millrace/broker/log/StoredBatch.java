package io.millrace.broker.log;

import io.millrace.protocol.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * What the log has to know of one batch in it: its header's values, not yet checked against anything.
 *
 * <p>Messages of magic 0 and 1, which an old directory may hold, count as batches of one offset: they are kept and
 * served as they are.
 *
 * @param sizeInBytes of all of it, header included
 */
record StoredBatch(
        long baseOffset,
        long lastOffset,
        int sizeInBytes,
        byte magic,
        int crc,
        int leaderEpoch,
        int attributes,
        long maxTimestamp,
        long producerId,
        short producerEpoch,
        int baseSequence) {

    /** Bytes of the smallest thing that can be a batch: an empty message of magic 0. */
    static final int SMALLEST = 26;

    private static final int LEGACY_CRC = 12;
    private static final int LEGACY_CRC_COVERS_FROM = 16;
    private static final int LEGACY_TIMESTAMP = 18;
    private static final int SMALLEST_MAGIC_1 = 34;
    private static final int CRC_COVERS_FROM = 21;
    private static final int TRANSACTIONAL = 0x10;
    private static final int CONTROL = 0x20;

    /**
     * Whether a header begins at {@code at} and names a size and offsets that a batch can have.
     *
     * @param available bytes from {@code at} on that may be looked at; 61 of them suffice
     */
    static boolean isHeaderAt(ByteBuffer in, int at, int available) {
        if (available < SMALLEST || BatchHeader.baseOffset(in, at) < 0) {
            return false;
        }
        int size = BatchHeader.sizeInBytes(in, at);
        return switch (BatchHeader.magic(in, at)) {
            case 0 -> size >= SMALLEST;
            case 1 -> size >= SMALLEST_MAGIC_1 && available >= SMALLEST_MAGIC_1;
            case BatchHeader.MAGIC ->
                size >= BatchHeader.SIZE
                        && available >= BatchHeader.SIZE
                        && BatchHeader.lastOffsetDelta(in, at) >= 0
                        && BatchHeader.baseOffset(in, at) + BatchHeader.lastOffsetDelta(in, at) >= 0;
            default -> false;
        };
    }

    /** Reads a header for which {@link #isHeaderAt} holds. */
    static StoredBatch read(ByteBuffer in, int at) {
        byte magic = BatchHeader.magic(in, at);
        if (magic < BatchHeader.MAGIC) {
            return readLegacy(in, at, magic);
        }
        long baseOffset = BatchHeader.baseOffset(in, at);
        return new StoredBatch(
                baseOffset,
                baseOffset + BatchHeader.lastOffsetDelta(in, at),
                BatchHeader.sizeInBytes(in, at),
                magic,
                BatchHeader.crc(in, at),
                BatchHeader.leaderEpoch(in, at),
                BatchHeader.attributes(in, at),
                BatchHeader.maxTimestamp(in, at),
                BatchHeader.producerId(in, at),
                BatchHeader.producerEpoch(in, at),
                BatchHeader.baseSequence(in, at));
    }

    /**
     * Reads the headers of all batches between a buffer's position and limit.
     *
     * @throws IllegalArgumentException if there is anything but whole batches
     */
    static List<StoredBatch> readAll(ByteBuffer in) {
        List<StoredBatch> batches = List.of();
        int at = in.position();
        while (at < in.limit()) {
            int available = in.limit() - at;
            if (!isHeaderAt(in, at, available) || BatchHeader.sizeInBytes(in, at) > available) {
                throw new IllegalArgumentException("no whole batch at " + at + " of " + in);
            }
            StoredBatch batch = read(in, at);
            at += batch.sizeInBytes();
            if (batches.isEmpty() && at == in.limit()) {
                return List.of(batch);
            }
            if (batches.isEmpty()) {
                batches = new ArrayList<>();
            }
            batches.add(batch);
        }
        return batches;
    }

    /** The batch that begins at {@code at}, if it is there to its last byte, and its checksum is right. */
    static Optional<StoredBatch> wholeAt(ByteBuffer in, int at) {
        int available = in.limit() - at;
        if (!isHeaderAt(in, at, available) || BatchHeader.sizeInBytes(in, at) > available) {
            return Optional.empty();
        }
        StoredBatch batch = read(in, at);
        Checksum crc = batch.isLegacy() ? new CRC32() : new CRC32C();
        crc.update(in.slice(at + batch.crcCoversFrom(), batch.sizeInBytes() - batch.crcCoversFrom()));
        return (int) crc.getValue() == batch.crc() ? Optional.of(batch) : Optional.empty();
    }

    private static StoredBatch readLegacy(ByteBuffer in, int at, byte magic) {
        long offset = BatchHeader.baseOffset(in, at);
        return new StoredBatch(
                offset,
                offset,
                BatchHeader.sizeInBytes(in, at),
                magic,
                in.getInt(at + LEGACY_CRC),
                -1,
                0,
                magic == 1 ? in.getLong(at + LEGACY_TIMESTAMP) : BatchHeader.NO_TIMESTAMP,
                BatchHeader.NO_PRODUCER_ID,
                (short) -1,
                BatchHeader.NO_SEQUENCE);
    }

    boolean isLegacy() {
        return magic < BatchHeader.MAGIC;
    }

    /** The first byte, counted from the batch's begin, that the checksum covers; all from there on are. */
    int crcCoversFrom() {
        return isLegacy() ? LEGACY_CRC_COVERS_FROM : CRC_COVERS_FROM;
    }

    long nextOffset() {
        return lastOffset + 1;
    }

    boolean hasProducerId() {
        return producerId >= 0;
    }

    boolean isTransactional() {
        return (attributes & TRANSACTIONAL) != 0;
    }

    boolean isControl() {
        return (attributes & CONTROL) != 0;
    }

    int offsetDelta() {
        return (int) (lastOffset - baseOffset);
    }

    /** The sequence of the last record; sequences wrap from 2^31-1 to 0. */
    int lastSequence() {
        return baseSequence < 0 ? baseSequence : (baseSequence + offsetDelta()) & Integer.MAX_VALUE;
    }
}
