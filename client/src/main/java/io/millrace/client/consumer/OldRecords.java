package io.millrace.client.consumer;

import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.record.LegacyBatch;
import io.millrace.protocol.record.LegacyRecords;
import io.millrace.protocol.record.Record;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The records of one message of format 0 or 1, copied together so that they look like those of a batch:
 *
 * <pre>
 * { key | value | 0, the number of headers } for each
 * </pre>
 *
 * <p>Threading: one thread's.
 */
final class OldRecords implements BatchCursor {
    private static final byte NO_HEADERS = 0;
    private static final int UNKNOWN_EPOCH = -1;

    private final Deque<ConsumerRecord> left = new ArrayDeque<>();

    /** @param maxBytes the most that may come out of decompression */
    OldRecords(TopicPartition partition, LegacyBatch message, int maxBytes) {
        LegacyRecords records = message.records(maxBytes);
        ByteBuffer payload = ByteBuffer.allocate(records.sizeInBytes()); // each takes less than its message
        BatchOrigin origin = new BatchOrigin(
                partition, UNKNOWN_EPOCH, message.isLogAppendTime(), payload.duplicate(), payload.asReadOnlyBuffer());
        records.forEach(record -> left.add(copied(record, origin, payload)));
    }

    private static ConsumerRecord copied(Record record, BatchOrigin origin, ByteBuffer payload) {
        int keyAt = payload.position();
        record.key().ifPresent(payload::put);
        int valueAt = payload.position();
        record.value().ifPresent(payload::put);
        payload.put(NO_HEADERS);
        return new ConsumerRecord(
                origin,
                record.offset(),
                record.timestamp(),
                keyAt,
                record.hasKey() ? record.keySize() : -1,
                valueAt,
                record.hasValue() ? record.valueSize() : -1);
    }

    @Override
    public boolean hasNext() {
        return !left.isEmpty();
    }

    @Override
    public void addTo(List<ConsumerRecord> list, int max, long from) {
        while (!left.isEmpty() && list.size() < max) {
            ConsumerRecord next = left.remove();
            if (next.offset() >= from) {
                list.add(next);
            }
        }
    }
}
