package io.millrace.protocol.record;

import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Message sets of magic 0 and 1 as kafka-clients writes them. */
final class OldMessages {
    private OldMessages() {}

    /** A set of these records: a wrapper if there is a codec, else a message each. */
    static ByteBuffer of(byte magic, int codec, long baseOffset, SimpleRecord... records) {
        MemoryRecordsBuilder builder = MemoryRecords.builder(
                ByteBuffer.allocate(64 * 1024),
                magic,
                org.apache.kafka.common.compress.Compression.of(CompressionType.forId(codec))
                        .build(),
                magic == 0 ? TimestampType.NO_TIMESTAMP_TYPE : TimestampType.CREATE_TIME,
                baseOffset);
        for (SimpleRecord record : records) {
            builder.append(magic == 0 ? -1 : record.timestamp(), record.key(), record.value());
        }
        return copy(builder.build().buffer());
    }

    /** Random records, none with headers. */
    static SimpleRecord[] records(Random random) {
        return RandomRecords.some(random, false);
    }

    static ByteBuffer join(ByteBuffer... sets) {
        int size = 0;
        for (ByteBuffer set : sets) {
            size += set.remaining();
        }
        ByteBuffer all = ByteBuffer.allocate(size);
        for (ByteBuffer set : sets) {
            all.put(set.duplicate());
        }
        return all.flip();
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.wrap(RandomRecords.array(bytes));
    }
}
