package io.millrace.broker.log;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.record.BatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Batches for tests. */
final class Batches {
    private Batches() {}

    /** One batch of some records, all of one time, in a direct buffer as the network has them. */
    static ByteBuffer of(long baseOffset, int epoch, int records, long timestamp) {
        return of(baseOffset, epoch, records, timestamp, 20);
    }

    static ByteBuffer of(long baseOffset, int epoch, int records, long timestamp, int valueBytes) {
        return direct(filled(baseOffset, epoch, records, timestamp, valueBytes).build());
    }

    static ByteBuffer compressed(long baseOffset, int epoch, int records, long timestamp, Compression codec) {
        return direct(filled(baseOffset, epoch, records, timestamp, 100)
                .compression(codec)
                .build());
    }

    /** One batch of an idempotent producer. */
    static ByteBuffer produced(long baseOffset, int records, long producerId, int producerEpoch, int sequence) {
        return direct(filled(baseOffset, 0, records, 1000 + baseOffset, 20)
                .producer(producerId, (short) producerEpoch, sequence)
                .build());
    }

    private static BatchBuilder filled(long baseOffset, int epoch, int records, long timestamp, int valueBytes) {
        BatchBuilder batch = BatchBuilder.create().baseOffset(baseOffset).leaderEpoch(epoch);
        for (int i = 0; i < records; i++) {
            byte[] key = ("key-" + (baseOffset + i)).getBytes(StandardCharsets.UTF_8);
            batch.append(timestamp, key, value(baseOffset + i, valueBytes));
        }
        return batch;
    }

    /** The value that the record with an offset has. */
    static byte[] value(long offset, int bytes) {
        byte[] value = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            value[i] = (byte) ('a' + (offset + i) % 26);
        }
        return value;
    }

    static ByteBuffer direct(ByteBuffer bytes) {
        return ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip();
    }

    /** Several batches behind one another. */
    static ByteBuffer join(ByteBuffer... batches) {
        int size = 0;
        for (ByteBuffer batch : batches) {
            size += batch.remaining();
        }
        ByteBuffer joined = ByteBuffer.allocateDirect(size);
        for (ByteBuffer batch : batches) {
            joined.put(batch.duplicate());
        }
        return joined.flip();
    }
}
