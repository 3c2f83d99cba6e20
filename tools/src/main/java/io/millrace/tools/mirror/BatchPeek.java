package io.millrace.tools.mirror;

import io.millrace.client.IsolationLevel;
import io.millrace.client.net.ClusterClient;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import java.util.Optional;

/**
 * Reads the header of one batch of a cluster.
 *
 * <p>Threading: one thread's, which waits.
 */
final class BatchPeek {
    private static final int BYTES = 1 << 16;

    private final BatchFetch fetch;

    BatchPeek(ClusterClient client) {
        this.fetch = new BatchFetch(client, IsolationLevel.READ_UNCOMMITTED, BYTES);
    }

    /**
     * What tells a batch from others.
     *
     * @param crc over all but its place and its leader epoch
     */
    record Header(long baseOffset, long lastOffset, int crc, long maxTimestamp) {}

    /** The batch that holds an offset, or the next one; empty if there is none, or it cannot be read now. */
    Optional<Header> at(TopicPartition partition, long offset) throws InterruptedException {
        BufferSlice records = fetch.from(partition, offset)
                .map(told -> (BufferSlice) told.records())
                .orElse(BufferSlice.EMPTY);
        try {
            return first(records);
        } finally {
            records.release();
        }
    }

    private static Optional<Header> first(BufferSlice records) {
        RecordBatches batches = new RecordBatches(records.buffer());
        if (!batches.hasNext()) {
            return Optional.empty();
        }
        RecordBatch batch = batches.next();
        return Optional.of(new Header(
                batch.baseOffset(),
                batch.nextOffset() - 1,
                BatchHeader.crc(batch.buffer(), batch.position()),
                batch.maxTimestamp()));
    }
}
