package io.millrace.client.consumer;

import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.wire.MalformedMessageException;
import io.millrace.protocol.wire.Varint;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Walks the records of one batch, decompressed once, and makes one small object of each: where its parts lie.
 *
 * <pre>
 * varint length of what follows | i8 attributes | varlong timestamp delta | varint offset delta
 * varint key length, -1 for none | key | varint value length, -1 for none | value | headers
 * </pre>
 *
 * <p>Threading: one thread's.
 */
final class RecordCursor implements BatchCursor {
    /** Length, attributes, two deltas, two lengths, header count: one byte each. */
    private static final int LEAST_SIZE = 7;

    private final BatchOrigin origin;
    private final ByteBuffer in;
    private final long baseOffset;
    private final long baseTimestamp;
    private int left;

    RecordCursor(TopicPartition partition, RecordBatch batch, DecompressionRoom room) {
        Compression codec = Compression.of(batch.codec())
                .orElseThrow(() -> new MalformedMessageException("unknown codec " + batch.codec()));
        // the bound is for what decompression makes of little; what is not compressed is in memory already
        ByteBuffer payload = codec == Compression.NONE || batch.recordsCount() == 0
                ? batch.payload()
                : room.decompress(codec, batch.payload());
        left = batch.recordsCount();
        if (left < 0 || left > payload.remaining() / LEAST_SIZE) {
            throw new MalformedMessageException(left + " records in " + payload.remaining() + " bytes");
        }
        boolean oneTime = batch.isLogAppendTime();
        in = payload.slice();
        origin = new BatchOrigin(partition, batch.leaderEpoch(), oneTime, in.duplicate(), in.asReadOnlyBuffer());
        baseOffset = batch.baseOffset();
        baseTimestamp = oneTime ? batch.maxTimestamp() : batch.baseTimestamp();
    }

    @Override
    public boolean hasNext() {
        return left > 0;
    }

    @Override
    public void addTo(List<ConsumerRecord> list, int max, long from) {
        while (left > 0 && list.size() < max) {
            left--;
            int length = Varint.read(in);
            if (length < LEAST_SIZE - 1 || length > in.remaining()) {
                throw new MalformedMessageException("a record of " + length + " bytes in " + in.remaining());
            }
            int end = in.position() + length;
            in.get(); // attributes, none of which has a meaning
            long timestampDelta = Varint.readLong(in);
            long offset = baseOffset + Varint.read(in);
            if (offset >= from) {
                list.add(record(offset, timestampDelta, end));
            }
            in.position(end);
        }
    }

    private ConsumerRecord record(long offset, long timestampDelta, int end) {
        int keySize = Varint.read(in);
        int keyAt = in.position();
        skip(keySize, end);
        int valueSize = Varint.read(in);
        int valueAt = in.position();
        skip(valueSize, end);
        long timestamp = origin.logAppendTime() ? baseTimestamp : baseTimestamp + timestampDelta;
        return new ConsumerRecord(origin, offset, timestamp, keyAt, keySize, valueAt, valueSize);
    }

    private void skip(int size, int end) {
        if (size < -1 || size > end - in.position()) {
            throw new MalformedMessageException("a key or value of " + size + " bytes in " + (end - in.position()));
        }
        in.position(in.position() + Math.max(0, size));
    }
}
