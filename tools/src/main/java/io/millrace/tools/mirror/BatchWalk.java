package io.millrace.tools.mirror;

import io.millrace.client.IsolationLevel;
import io.millrace.client.MillraceException;
import io.millrace.client.consumer.AbortedTransactions;
import io.millrace.client.net.ClusterClient;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the headers of a partition's batches, one after the other.
 *
 * <p>Threading: one thread's, which waits.
 */
final class BatchWalk {
    private static final int BYTES = 1 << 20;

    private final ClusterClient client;
    private final BatchFetch fetch;

    /** @param isolation what it sees of transactions */
    BatchWalk(ClusterClient client, IsolationLevel isolation) {
        this.client = client;
        this.fetch = new BatchFetch(client, isolation, BYTES);
    }

    /**
     * A batch.
     *
     * @param isVisible whether it has records that were committed
     * @param runs where its records are, in this log and from 0 on; empty if it is not visible
     */
    record Seen(
            long baseOffset,
            long nextOffset,
            int count,
            long producerId,
            short producerEpoch,
            int baseSequence,
            boolean isVisible,
            List<OffsetPairs.Run> runs) {}

    /** The batches from an offset on, as many as one answer has; none at the end. */
    List<Seen> from(TopicPartition partition, long offset) throws InterruptedException {
        FetchResponse.Response.Partition told = fetch.from(partition, offset)
                .orElseThrow(() -> MillraceException.unreachable("nobody leads " + partition));
        BufferSlice records = told.records() == null ? BufferSlice.EMPTY : (BufferSlice) told.records();
        try {
            ErrorCode error = ErrorCode.of(told.errorCode());
            if (error != ErrorCode.NONE) {
                client.thread().run(() -> client.routing().doubt());
                throw MillraceException.refused(
                        error, "cannot read " + partition + " from offset " + offset + ": " + error);
            }
            AbortedTransactions aborted = new AbortedTransactions(
                    told.abortedTransactions() == null ? List.of() : told.abortedTransactions());
            return seen(offset, records, aborted);
        } finally {
            records.release();
        }
    }

    private static List<Seen> seen(long offset, BufferSlice records, AbortedTransactions aborted) {
        List<Seen> seen = new ArrayList<>();
        RecordBatches batches = new RecordBatches(records.buffer());
        while (batches.hasNext()) {
            RecordBatch batch = batches.next();
            boolean isVisible = !aborted.hides(batch) && batch.recordsCount() > 0;
            if (batch.nextOffset() > offset) {
                seen.add(new Seen(
                        batch.baseOffset(),
                        batch.nextOffset(),
                        batch.recordsCount(),
                        batch.producerId(),
                        batch.producerEpoch(),
                        batch.baseSequence(),
                        isVisible,
                        isVisible ? BatchRuns.of(batch) : List.of()));
            }
        }
        return seen;
    }
}
