package io.millrace.protocol.record;

import java.nio.ByteBuffer;

/**
 * A view of one batch of magic 2 inside a buffer: what its header says, with nothing of it copied.
 *
 * <p>Made by {@link RecordBatches}, which has checked that the buffer holds as many bytes as the header claims; whether
 * they are right tells {@link #hasValidCrc}. Valid as long as the buffer is.
 */
public final class RecordBatch {

    /** What a new batch's header says beside sizes and counts. */
    public record Meta(
            long baseOffset,
            int leaderEpoch,
            int attributes,
            long baseTimestamp,
            long maxTimestamp,
            long producerId,
            short producerEpoch,
            int baseSequence) {}

    private final ByteBuffer buffer;
    private final int at;

    RecordBatch(ByteBuffer buffer, int at) {
        this.buffer = buffer;
        this.at = at;
    }

    /** The buffer that holds the batch. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Where in the buffer the batch begins. */
    public int position() {
        return at;
    }

    /** The batch's own bytes, header included: a slice. */
    public ByteBuffer bytes() {
        return buffer.slice(at, sizeInBytes());
    }

    /** The bytes behind the header, as they are: a slice. */
    public ByteBuffer payload() {
        return buffer.slice(at + BatchHeader.SIZE, sizeInBytes() - BatchHeader.SIZE);
    }

    public int sizeInBytes() {
        return BatchHeader.sizeInBytes(buffer, at);
    }

    public long baseOffset() {
        return BatchHeader.baseOffset(buffer, at);
    }

    public long lastOffset() {
        return baseOffset() + lastOffsetDelta();
    }

    /** The offset behind the last one. */
    public long nextOffset() {
        return lastOffset() + 1;
    }

    public int lastOffsetDelta() {
        return BatchHeader.lastOffsetDelta(buffer, at);
    }

    public int leaderEpoch() {
        return BatchHeader.leaderEpoch(buffer, at);
    }

    public boolean hasValidCrc() {
        return BatchHeader.crc(buffer, at) == BatchHeader.computeCrc(buffer, at, sizeInBytes());
    }

    /** The codec's id, 0 to 7; 0 to 4 are known. */
    public int codec() {
        return attributes() & BatchHeader.CODEC_MASK;
    }

    public boolean isLogAppendTime() {
        return (attributes() & BatchHeader.LOG_APPEND_TIME) != 0;
    }

    public boolean isTransactional() {
        return (attributes() & BatchHeader.TRANSACTIONAL) != 0;
    }

    public boolean isControl() {
        return (attributes() & BatchHeader.CONTROL) != 0;
    }

    /** Whether base timestamp is the time from which on tombstones of the batch may go. */
    public boolean hasDeleteHorizon() {
        return (attributes() & BatchHeader.DELETE_HORIZON) != 0;
    }

    public int attributes() {
        return BatchHeader.attributes(buffer, at);
    }

    public long baseTimestamp() {
        return BatchHeader.baseTimestamp(buffer, at);
    }

    public long maxTimestamp() {
        return BatchHeader.maxTimestamp(buffer, at);
    }

    public long producerId() {
        return BatchHeader.producerId(buffer, at);
    }

    public boolean hasProducerId() {
        return producerId() >= 0;
    }

    public short producerEpoch() {
        return BatchHeader.producerEpoch(buffer, at);
    }

    public int baseSequence() {
        return BatchHeader.baseSequence(buffer, at);
    }

    /** The sequence of the last record; sequences wrap from 2^31-1 to 0. */
    public int lastSequence() {
        return baseSequence() < 0 ? baseSequence() : (baseSequence() + lastOffsetDelta()) & Integer.MAX_VALUE;
    }

    public int recordsCount() {
        return BatchHeader.recordsCount(buffer, at);
    }

    /**
     * The records, decompressed; slices of this batch's buffer if they are not compressed.
     *
     * @param maxBytes the most that may come out of decompression
     * @throws io.millrace.protocol.wire.MalformedMessageException if codec, compressed bytes or count are wrong; what
     *     is wrong with single records shows when they are read
     * @throws io.millrace.protocol.compress.DecompressionBoundException past {@code maxBytes}
     */
    public BatchRecords records(int maxBytes) {
        return BatchRecords.of(this, maxBytes);
    }

    @Override
    public String toString() {
        return "batch " + baseOffset() + ".." + lastOffset() + " (" + sizeInBytes() + " bytes, epoch " + leaderEpoch()
                + ")";
    }
}
