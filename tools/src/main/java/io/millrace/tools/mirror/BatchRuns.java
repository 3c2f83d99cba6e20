package io.millrace.tools.mirror;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.record.BatchBuilder;
import io.millrace.protocol.record.Record;
import io.millrace.protocol.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What becomes of a batch where its records get new offsets.
 *
 * <p>Producers' batches are dense, and stay as they are. Brokers take no other ones: a batch that compaction has left gaps
 * in, or whose records all have the time of their append, is made anew, and only of that one the records are opened.
 */
final class BatchRuns {
    /** What may come out of decompression: what a broker takes is far below. */
    private static final int MOST_BYTES = 1 << 29;

    private BatchRuns() {}

    /** Whether it can stay as it is. */
    static boolean isKept(RecordBatch batch) {
        return isDense(batch) && !batch.isLogAppendTime();
    }

    private static boolean isDense(RecordBatch batch) {
        return batch.recordsCount() == batch.lastOffsetDelta() + 1;
    }

    /** Where its records are, in the source and from 0 on in the target. */
    static List<OffsetPairs.Run> of(RecordBatch batch) {
        if (isDense(batch)) {
            return List.of(new OffsetPairs.Run(batch.baseOffset(), 0, batch.recordsCount()));
        }
        List<OffsetPairs.Run> runs = new ArrayList<>();
        long from = -1;
        long next = -1;
        long place = 0;
        for (Record record : batch.records(MOST_BYTES)) {
            if (record.offset() != next) {
                if (from >= 0) {
                    runs.add(new OffsetPairs.Run(from, place - (next - from), next - from));
                }
                from = record.offset();
            }
            next = record.offset() + 1;
            place++;
        }
        runs.add(new OffsetPairs.Run(from, place - (next - from), next - from));
        return runs;
    }

    /** The same records without gaps, each with the time that a consumer sees. */
    static ByteBuffer madeDense(RecordBatch batch, ProducerPlace producer) {
        BatchBuilder builder = BatchBuilder.create()
                .compression(Compression.of(batch.codec()).orElseThrow())
                .producer(producer.producerId(), producer.epoch(), producer.sequence());
        for (Record record : batch.records(MOST_BYTES)) {
            builder.append(
                    record.timestamp(),
                    record.key().orElse(null),
                    record.value().orElse(null),
                    record.headers());
        }
        return builder.build();
    }
}
