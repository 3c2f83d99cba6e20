package io.millrace.client.producer;

import io.millrace.protocol.record.BatchRecords;
import io.millrace.protocol.record.Record;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Makes two batches of one that the broker finds too large, as a topic may allow less than this producer puts together.
 * Numbers go on through both, as the broker would have counted them.
 *
 * <p>Threading: the I/O thread.
 */
final class BatchSplitter {
    private BatchSplitter() {}

    /** The halves, in order; empty if there is no memory for them beside the whole, or nothing to split. */
    static Optional<List<PartitionBatch>> split(PartitionBatch whole, SendBuffer buffer) {
        if (whole.count() < 2) {
            return Optional.empty();
        }
        PartitionBatch first = whole.halfOf(buffer);
        PartitionBatch second = whole.halfOf(buffer);
        int middle = whole.count() / 2;
        int index = 0;
        for (Record record : records(whole)) {
            PartitionBatch half = index < middle ? first : second;
            boolean added = half.add(
                    record.timestamp(),
                    record.key().map(BatchSplitter::bytes).orElse(null),
                    record.value().map(BatchSplitter::bytes).orElse(null),
                    record.headers(),
                    whole.outcomes().of(index));
            if (!added) {
                first.replaced();
                second.replaced();
                return Optional.empty();
            }
            index++;
        }
        if (whole.number().isGiven()) {
            first.numberedAs(whole.number());
            second.numberedAs(whole.number().plus(middle));
        }
        whole.replaced();
        return Optional.of(List.of(first, second));
    }

    private static BatchRecords records(PartitionBatch sealed) {
        ByteBuffer joined = ByteBuffer.allocate(sealed.sizeInBytes());
        for (ByteBuffer chunk : sealed.chunks()) {
            joined.put(chunk.slice(0, chunk.limit()));
        }
        RecordBatch batch = new RecordBatches(joined.flip()).next();
        return batch.records(Integer.MAX_VALUE);
    }

    private static byte[] bytes(ByteBuffer part) {
        byte[] bytes = new byte[part.remaining()];
        part.get(bytes);
        return bytes;
    }
}
