package io.millrace.client.consumer;

import io.millrace.protocol.message.FetchResponse.Response.Partition.AbortedTransaction;
import io.millrace.protocol.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Tells which batches of one answer belong to aborted transactions: those of a producer from the first offset that the
 * broker named to the marker that ends the transaction. Asked once for each batch, in order.
 *
 * <p>Threading: one thread's.
 */
public final class AbortedTransactions {
    private static final int ABORT = 0;

    private final Deque<AbortedTransaction> later;
    private final Set<Long> now = new HashSet<>();

    /** @param aborted as the broker names them */
    public AbortedTransactions(List<AbortedTransaction> aborted) {
        later = new ArrayDeque<>(aborted.stream()
                .sorted(Comparator.comparingLong(AbortedTransaction::firstOffset))
                .toList());
    }

    /** Whether the batch is nothing for the application: a marker, or aborted. */
    public boolean hides(RecordBatch batch) {
        while (!later.isEmpty() && later.peekFirst().firstOffset() <= batch.lastOffset()) {
            now.add(later.removeFirst().producerId());
        }
        if (batch.isControl()) {
            if (isAbort(batch)) {
                now.remove(batch.producerId());
            }
            return true;
        }
        return batch.isTransactional() && now.contains(batch.producerId());
    }

    /** The key of a marker: i16 version | i16 type. */
    private static boolean isAbort(RecordBatch batch) {
        return batch.records(Integer.MAX_VALUE).iterator().hasNext()
                && batch.records(Integer.MAX_VALUE)
                        .iterator()
                        .next()
                        .key()
                        .filter(key -> key.remaining() >= 4)
                        .map(AbortedTransactions::type)
                        .filter(type -> type == ABORT)
                        .isPresent();
    }

    private static int type(ByteBuffer key) {
        return key.getShort(key.position() + 2);
    }
}
