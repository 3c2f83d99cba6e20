package io.millrace.client.consumer;

import io.millrace.protocol.record.LegacyBatch;
import io.millrace.protocol.record.LegacyBatches;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import java.nio.ByteBuffer;

/**
 * Walks what a broker has sent of one partition: batches of format 2, and where the log is old, messages of formats 0 and 1.
 * Stops at the first bytes that are a whole one of neither.
 *
 * <p>Threading: one thread's.
 */
final class SliceWalk {
    private final ByteBuffer buffer;
    private RecordBatches batches;
    private LegacyBatches old;

    /** Between the buffer's position and limit, which stay as they are. */
    SliceWalk(ByteBuffer buffer) {
        this.buffer = buffer.duplicate();
        this.batches = new RecordBatches(this.buffer);
        this.old = new LegacyBatches(this.buffer);
    }

    /** Whether the next one is a batch. */
    boolean hasBatch() {
        return batches.hasNext();
    }

    RecordBatch nextBatch() {
        RecordBatch next = batches.next();
        if (!batches.hasNext()) {
            old = new LegacyBatches(buffer.position(batches.position()));
        }
        return next;
    }

    /** Whether the next one is an old message. */
    boolean hasOld() {
        return old.hasNext();
    }

    LegacyBatch nextOld() {
        LegacyBatch next = old.next();
        if (!old.hasNext()) {
            batches = new RecordBatches(buffer.position(old.position()));
        }
        return next;
    }
}
