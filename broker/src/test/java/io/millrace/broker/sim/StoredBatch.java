package io.millrace.broker.sim;

import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.RecordBatch;

/** What tells a stored batch from any other: where it lies, by which leader it was written, and what is in it. */
record StoredBatch(long base, long last, int epoch, int crc, long producer, int sequence) {
    static StoredBatch of(RecordBatch batch) {
        return new StoredBatch(
                batch.baseOffset(),
                batch.lastOffset(),
                batch.leaderEpoch(),
                BatchHeader.crc(batch.buffer(), batch.position()),
                batch.producerId(),
                batch.baseSequence());
    }

    @Override
    public String toString() {
        return base + ".." + last + "@" + epoch + (producer < 0 ? "" : " of " + producer + " from " + sequence);
    }
}
