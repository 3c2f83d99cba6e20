package io.millrace.protocol.record;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.protocol.wire.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Records as kafka-clients takes them, and how they compare to ours. */
final class RandomRecords {
    private RandomRecords() {}

    static SimpleRecord[] some(Random random, boolean withHeaders) {
        SimpleRecord[] records = new SimpleRecord[1 + random.nextInt(40)];
        for (int i = 0; i < records.length; i++) {
            Header[] headers = new Header[withHeaders ? random.nextInt(3) : 0];
            for (int h = 0; h < headers.length; h++) {
                headers[h] = new org.apache.kafka.common.header.internals.RecordHeader(
                        "h\u00e4" + random.nextInt(3), bytes(random, 10));
            }
            records[i] = new SimpleRecord(
                    1_700_000_000_000L + random.nextInt(100_000) - 50_000,
                    bytes(random, 20),
                    bytes(random, 300),
                    headers);
        }
        return records;
    }

    /** Adds the same records to a builder of ours. */
    static BatchBuilder append(BatchBuilder builder, SimpleRecord[] records) {
        for (SimpleRecord record : records) {
            builder.append(record.timestamp(), record.key(), record.value(), headers(record.headers()));
        }
        return builder;
    }

    static List<RecordHeader> headers(Header[] headers) {
        List<RecordHeader> list = new ArrayList<>();
        for (Header header : headers) {
            list.add(new RecordHeader(
                    header.key(), Optional.ofNullable(header.value()).map(Bytes::of)));
        }
        return list;
    }

    static void assertSame(org.apache.kafka.common.record.internal.Record theirs, Record ours) {
        assertEquals(theirs.offset(), ours.offset());
        assertEquals(theirs.timestamp(), ours.timestamp());
        assertEquals(Optional.ofNullable(theirs.key()), ours.key());
        assertEquals(Optional.ofNullable(theirs.value()), ours.value());
        assertEquals(headers(theirs.headers()), ours.headers());
    }

    private static byte[] bytes(Random random, int maxLength) {
        if (random.nextInt(6) == 0) {
            return null;
        }
        String text = "abcdefgh ".repeat(1 + maxLength / 9);
        return text.substring(0, random.nextInt(maxLength)).getBytes(StandardCharsets.UTF_8);
    }

    /** What lies between position and limit. */
    static byte[] array(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
