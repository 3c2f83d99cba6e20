package io.millrace.tools.stream;

import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.protocol.record.RecordHeader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Records with their lengths in front, so that every byte may be anything. {@link FrameInput} reads them back.
 *
 * <pre>
 * i32 length of all that follows | i32 partition | i64 timestamp in ms
 *   | i32 key length, -1 for none | key | i32 value length, -1 for none | value
 *   | i32 number of headers { i32 length | name in UTF-8 | i32 length, -1 for none | value } ...
 * </pre>
 *
 * <p>Threading: one thread's.
 */
final class Frames implements RecordFormat {
    /** Partition, timestamp, two lengths, the number of headers. */
    static final int LEAST = 4 + 8 + 4 + 4 + 4;

    @Override
    public void write(ConsumerRecord record, ByteSink out) throws IOException {
        List<RecordHeader> headers = record.headers();
        out.number32(LEAST + record.keySize() + record.valueSize() + sizeOf(headers));
        out.number32(record.partition());
        out.number64(record.timestamp());
        out.number32(record.hasKey() ? record.keySize() : -1);
        out.key(record);
        out.number32(record.hasValue() ? record.valueSize() : -1);
        out.value(record);
        out.number32(headers.size());
        for (RecordHeader header : headers) {
            byte[] name = header.key().getBytes(StandardCharsets.UTF_8);
            out.number32(name.length);
            out.put(name);
            out.number32(header.value().map(value -> value.length()).orElse(-1));
            if (header.value().isPresent()) {
                out.put(header.value().get().toArray());
            }
        }
    }

    private static int sizeOf(List<RecordHeader> headers) {
        int size = 0;
        for (RecordHeader header : headers) {
            size += 2 * Integer.BYTES
                    + header.key().getBytes(StandardCharsets.UTF_8).length
                    + header.value().map(value -> value.length()).orElse(0);
        }
        return size;
    }
}
