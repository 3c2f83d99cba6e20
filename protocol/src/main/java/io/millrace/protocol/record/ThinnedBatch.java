package io.millrace.protocol.record;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.wire.Varint;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What compaction leaves of a batch: fewer records, at the offsets they had. First and last offset, producer, leader
 * epoch and codec stay as they were, so that nobody who counts on them notices.
 */
public final class ThinnedBatch {
    private ThinnedBatch() {}

    /**
     * The batch with some of its records only, in a heap buffer of its own.
     *
     * @param records all of the batch's
     * @param kept places of those that stay, counted from 0; with none of them the batch is a header that keeps its
     *     producer's place in the sequence
     * @param deleteHorizonMs when the batch is to get one: the time from which on its tombstones may go
     */
    public static ByteBuffer of(RecordBatch batch, BatchRecords records, BitSet kept, OptionalLong deleteHorizonMs) {
        if (kept.isEmpty()) {
            return emptied(batch);
        }
        int attributes =
                deleteHorizonMs.isPresent() ? batch.attributes() | BatchHeader.DELETE_HORIZON : batch.attributes();
        long baseTimestamp = deleteHorizonMs.orElse(batch.baseTimestamp());
        ByteBuffer payload = payload(batch, records, kept, baseTimestamp);
        Compression codec = Compression.of(batch.codec()).orElseThrow();
        if (codec != Compression.NONE) {
            payload = codec.compress(payload);
        }
        long maxTimestamp = batch.isLogAppendTime() ? batch.maxTimestamp() : maxTimestamp(records, kept);
        ByteBuffer out = ByteBuffer.allocate(BatchHeader.SIZE + payload.remaining())
                .position(BatchHeader.SIZE)
                .put(payload)
                .flip();
        RecordBatch.Meta meta = meta(batch, attributes, baseTimestamp, maxTimestamp);
        BatchHeader.write(out, 0, out.limit(), meta, batch.lastOffsetDelta(), kept.cardinality());
        return out;
    }

    /** Without records there is no time either: nobody who looks for one finds this batch. */
    private static ByteBuffer emptied(RecordBatch batch) {
        ByteBuffer out = ByteBuffer.allocate(BatchHeader.SIZE);
        int attributes = batch.attributes() & ~(BatchHeader.CODEC_MASK | BatchHeader.DELETE_HORIZON);
        RecordBatch.Meta meta = meta(batch, attributes, BatchHeader.NO_TIMESTAMP, BatchHeader.NO_TIMESTAMP);
        BatchHeader.write(out, 0, out.limit(), meta, batch.lastOffsetDelta(), 0);
        return out;
    }

    private static RecordBatch.Meta meta(RecordBatch batch, int attributes, long baseTimestamp, long maxTimestamp) {
        return new RecordBatch.Meta(
                batch.baseOffset(),
                batch.leaderEpoch(),
                attributes,
                baseTimestamp,
                maxTimestamp,
                batch.producerId(),
                batch.producerEpoch(),
                batch.baseSequence());
    }

    private static long maxTimestamp(BatchRecords records, BitSet kept) {
        long max = BatchHeader.NO_TIMESTAMP;
        int place = 0;
        for (Record record : records) {
            if (kept.get(place++)) {
                max = Math.max(max, record.timestamp());
            }
        }
        return max;
    }

    private static ByteBuffer payload(RecordBatch batch, BatchRecords records, BitSet kept, long baseTimestamp) {
        int total = 0;
        int place = 0;
        for (Record record : records) {
            if (kept.get(place++)) {
                int length = length(batch, record, baseTimestamp);
                total = Math.addExact(total, Varint.sizeOf(length) + length);
            }
        }
        ByteBuffer out = ByteBuffer.allocate(total);
        place = 0;
        for (Record record : records) {
            if (kept.get(place++)) {
                write(batch, record, baseTimestamp, out);
            }
        }
        return out.flip();
    }

    private static void write(RecordBatch batch, Record record, long baseTimestamp, ByteBuffer out) {
        Varint.write(length(batch, record, baseTimestamp), out);
        out.put((byte) 0);
        Varint.writeLong(record.timestamp() - baseTimestamp, out);
        Varint.write((int) (record.offset() - batch.baseOffset()), out);
        write(record.key(), out);
        write(record.value(), out);
        out.put(record.headerBytes());
    }

    private static int length(RecordBatch batch, Record record, long baseTimestamp) {
        return 1
                + Varint.sizeOfLong(record.timestamp() - baseTimestamp)
                + Varint.sizeOf((int) (record.offset() - batch.baseOffset()))
                + sizeOf(record.key())
                + sizeOf(record.value())
                + record.headerBytes().remaining();
    }

    private static int sizeOf(Optional<ByteBuffer> part) {
        return part.map(bytes -> Varint.sizeOf(bytes.remaining()) + bytes.remaining())
                .orElse(1);
    }

    private static void write(Optional<ByteBuffer> part, ByteBuffer out) {
        if (part.isPresent()) {
            Varint.write(part.get().remaining(), out);
            out.put(part.get());
        } else {
            Varint.write(-1, out);
        }
    }
}
