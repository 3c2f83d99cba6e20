package io.millrace.client.consumer;

import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.record.RecordHeader;
import io.millrace.protocol.wire.Varint;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Records as a consumer returns them, without a consumer: in its package, since nobody else may make them. */
public final class MadeRecords {
    private MadeRecords() {}

    private static int size(byte[] part) {
        return part == null ? 0 : part.length;
    }

    /** A key or a value that is null is none. */
    public static ConsumerRecord of(
            TopicPartition partition,
            long offset,
            long timestamp,
            byte[] key,
            byte[] value,
            List<RecordHeader> headers) {
        ByteBuffer payload = ByteBuffer.allocate(size(key)
                + size(value)
                + headers.stream()
                        .mapToInt(header -> 3 * header.key().length()
                                + header.value().map(bytes -> bytes.length()).orElse(0)
                                + 10)
                        .sum()
                + 5);
        int keyAt = payload.position();
        if (key != null) {
            payload.put(key);
        }
        int valueAt = payload.position();
        if (value != null) {
            payload.put(value);
        }
        Varint.write(headers.size(), payload);
        for (RecordHeader header : headers) {
            byte[] name = header.key().getBytes(StandardCharsets.UTF_8);
            Varint.write(name.length, payload);
            payload.put(name);
            Varint.write(header.value().map(bytes -> bytes.length()).orElse(-1), payload);
            header.value().ifPresent(bytes -> payload.put(bytes.toArray()));
        }
        payload.flip();
        BatchOrigin origin = new BatchOrigin(
                partition, 0, false, payload.duplicate(), payload.duplicate().asReadOnlyBuffer());
        return new ConsumerRecord(
                origin,
                offset,
                timestamp,
                keyAt,
                key == null ? -1 : key.length,
                valueAt,
                value == null ? -1 : value.length);
    }
}
