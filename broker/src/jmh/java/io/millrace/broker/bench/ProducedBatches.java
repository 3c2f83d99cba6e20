package io.millrace.broker.bench;

import io.millrace.broker.replica.MovedClock;
import io.millrace.protocol.record.BatchBuilder;
import java.nio.ByteBuffer;

/** Batches as a producer sends them, in direct buffers as the network has them. */
public final class ProducedBatches {
    private static final int VALUE_BYTES = 100;

    private ProducedBatches() {}

    /** About so many bytes of records of 100 bytes. */
    public static ByteBuffer plain(int bytes) {
        return direct(filled(bytes).build());
    }

    /** The same by an idempotent producer; its sequence begins at 0. */
    public static ByteBuffer idempotent(int bytes, long producerId) {
        return direct(filled(bytes).producer(producerId, (short) 0, 0).build());
    }

    private static BatchBuilder filled(int bytes) {
        BatchBuilder batch = BatchBuilder.create();
        byte[] value = new byte[VALUE_BYTES];
        for (int filled = 0; filled < bytes; filled += VALUE_BYTES) {
            batch.append(MovedClock.START_MS, null, value);
        }
        return batch;
    }

    private static ByteBuffer direct(ByteBuffer bytes) {
        return ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip();
    }
}
