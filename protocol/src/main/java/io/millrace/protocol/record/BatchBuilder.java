package io.millrace.protocol.record;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.compress.Compressor;
import io.millrace.protocol.wire.Varint;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Builds one batch of magic 2. Settings may come before or after the records; one batch, one builder, one thread.
 *
 * <p>Unset: base offset 0, leader epoch -1, no compression, create time, no producer.
 */
public final class BatchBuilder {
    private static final int FIRST_ROOM = 512;

    private ByteBuffer buffer = ByteBuffer.allocate(FIRST_ROOM).position(BatchHeader.SIZE);
    private long baseOffset;
    private int leaderEpoch = -1;
    private Compressor compressor = Compressor.of(Compression.NONE);
    private int attributes;
    private long appendTime = BatchHeader.NO_TIMESTAMP;
    private long producerId = BatchHeader.NO_PRODUCER_ID;
    private short producerEpoch = -1;
    private int baseSequence = BatchHeader.NO_SEQUENCE;

    private int count;
    private int lastDelta = -1;
    private long baseTimestamp = BatchHeader.NO_TIMESTAMP;
    private long maxTimestamp = BatchHeader.NO_TIMESTAMP;

    private BatchBuilder() {}

    public static BatchBuilder create() {
        return new BatchBuilder();
    }

    public BatchBuilder baseOffset(long offset) {
        baseOffset = offset;
        return this;
    }

    public BatchBuilder leaderEpoch(int epoch) {
        leaderEpoch = epoch;
        return this;
    }

    public BatchBuilder compression(Compression codec) {
        return compression(Compressor.of(codec));
    }

    public BatchBuilder compression(Compressor codecAndLevel) {
        compressor = codecAndLevel;
        return this;
    }

    /** The producer whose batch this is; the i-th record has sequence {@code baseSequence + i}. */
    public BatchBuilder producer(long id, short epoch, int sequence) {
        producerId = id;
        producerEpoch = epoch;
        baseSequence = sequence;
        return this;
    }

    /** Marks the batch as part of its producer's transaction. */
    public BatchBuilder transactional() {
        attributes |= BatchHeader.TRANSACTIONAL;
        return this;
    }

    /** Marks the batch as one of the log's own, which consumers skip. */
    public BatchBuilder control() {
        attributes |= BatchHeader.CONTROL;
        return this;
    }

    /** Gives all records the time of their append, milliseconds since 1970. */
    public BatchBuilder logAppendTime(long timestamp) {
        attributes |= BatchHeader.LOG_APPEND_TIME;
        appendTime = timestamp;
        return this;
    }

    /** Adds a record. Null for no key, null for no value; arrays are copied. */
    public BatchBuilder append(long timestamp, byte[] key, byte[] value) {
        return append(timestamp, wrap(key), wrap(value), List.of());
    }

    /** Adds a record. Null for no key, null for no value. */
    public BatchBuilder append(long timestamp, ByteBuffer key, ByteBuffer value) {
        return append(timestamp, key, value, List.of());
    }

    /** Adds a record. Null for no key, null for no value; what lies between position and limit is copied. */
    public BatchBuilder append(long timestamp, ByteBuffer key, ByteBuffer value, List<RecordHeader> headers) {
        return append(lastDelta + 1, timestamp, key, value, headers);
    }

    /** Adds a record that was read, with its offset; base offset must be set, and offsets must rise. */
    public BatchBuilder append(Record record) {
        int delta = Math.toIntExact(record.offset() - baseOffset);
        return append(
                delta,
                record.timestamp(),
                record.key().orElse(null),
                record.value().orElse(null),
                record.headers());
    }

    private BatchBuilder append(
            int offsetDelta, long timestamp, ByteBuffer key, ByteBuffer value, List<RecordHeader> headers) {
        if (offsetDelta <= lastDelta) {
            throw new IllegalArgumentException("offset delta " + offsetDelta + " after " + lastDelta);
        }
        if (count == 0) {
            baseTimestamp = timestamp;
        }
        long timestampDelta = timestamp - baseTimestamp;
        int length = 1
                + Varint.sizeOfLong(timestampDelta)
                + Varint.sizeOf(offsetDelta)
                + sizeOf(key)
                + sizeOf(value)
                + RecordHeaders.sizeOf(headers);
        makeRoom(Varint.sizeOf(length) + length);
        Varint.write(length, buffer);
        buffer.put((byte) 0);
        Varint.writeLong(timestampDelta, buffer);
        Varint.write(offsetDelta, buffer);
        write(key);
        write(value);
        RecordHeaders.write(headers, buffer);
        count++;
        lastDelta = offsetDelta;
        maxTimestamp = Math.max(maxTimestamp, timestamp);
        return this;
    }

    /** Records added so far. */
    public int count() {
        return count;
    }

    /** Bytes of the batch as it stands, header included, before compression. */
    public int sizeInBytes() {
        return buffer.position();
    }

    /**
     * The batch, CRC included, in a heap buffer of its own. The builder is used up.
     *
     * @throws IllegalStateException if no record was added
     */
    public ByteBuffer build() {
        if (count == 0) {
            throw new IllegalStateException("a batch needs a record");
        }
        ByteBuffer batch = buffer.flip();
        if (compressor.codec() != Compression.NONE) {
            ByteBuffer payload = compressor.compress(batch.slice(BatchHeader.SIZE, batch.limit() - BatchHeader.SIZE));
            batch = ByteBuffer.allocate(BatchHeader.SIZE + payload.remaining())
                    .position(BatchHeader.SIZE)
                    .put(payload)
                    .flip();
        }
        boolean stamped = (attributes & BatchHeader.LOG_APPEND_TIME) != 0;
        RecordBatch.Meta meta = new RecordBatch.Meta(
                baseOffset,
                leaderEpoch,
                attributes | compressor.codec().id(),
                baseTimestamp,
                stamped ? appendTime : maxTimestamp,
                producerId,
                producerEpoch,
                baseSequence);
        BatchHeader.write(batch, 0, batch.limit(), meta, lastDelta, count);
        return batch;
    }

    private static ByteBuffer wrap(byte[] bytes) {
        return bytes == null ? null : ByteBuffer.wrap(bytes);
    }

    private static int sizeOf(ByteBuffer part) {
        return part == null ? 1 : Varint.sizeOf(part.remaining()) + part.remaining();
    }

    private void write(ByteBuffer part) {
        if (part == null) {
            Varint.write(-1, buffer);
        } else {
            Varint.write(part.remaining(), buffer);
            buffer.put(part.duplicate());
        }
    }

    private void makeRoom(int bytes) {
        if (bytes > buffer.remaining()) {
            long wanted = Math.max(buffer.position() + (long) bytes, 2L * buffer.capacity());
            int capacity = Math.toIntExact(Math.min(wanted, Integer.MAX_VALUE - 8L));
            buffer = ByteBuffer.allocate(capacity).put(buffer.flip());
        }
    }
}
