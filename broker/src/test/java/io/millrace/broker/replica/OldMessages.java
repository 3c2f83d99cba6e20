package io.millrace.broker.replica;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;

/** Message sets of magic 0 and 1, as kafka-clients writes them. */
public final class OldMessages {
    private OldMessages() {}

    /** A set of records without keys: one wrapper, or one message each without a codec. */
    public static ByteBuffer messages(int magic, int codec, long timestamp, String... values) {
        MemoryRecordsBuilder builder = MemoryRecords.builder(
                ByteBuffer.allocate(1024),
                (byte) magic,
                org.apache.kafka.common.compress.Compression.of(CompressionType.forId(codec))
                        .build(),
                magic == 0 ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.CREATE_TIME,
                0);
        for (String value : values) {
            builder.append(magic == 0 ? -1 : timestamp, null, value.getBytes(StandardCharsets.UTF_8));
        }
        return builder.build().buffer();
    }
}
