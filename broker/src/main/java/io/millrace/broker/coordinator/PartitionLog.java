package io.millrace.broker.coordinator;

import io.millrace.broker.replica.Appended;
import io.millrace.broker.replica.Partition;
import io.millrace.protocol.record.FileSlice;
import io.millrace.protocol.record.RecordBatches;
import io.millrace.protocol.record.Records;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A shard's log over a partition, for the one epoch at which this broker leads it. An append is committed
 * when the partition's high watermark has passed it.
 */
public final class PartitionLog implements ShardLog {
    private final Partition partition;
    private final int leaderEpoch;
    private ByteBuffer buffer = ByteBuffer.allocate(0);

    /** @param leaderEpoch at which this broker leads the partition now */
    public PartitionLog(Partition partition, int leaderEpoch) {
        this.partition = partition;
        this.leaderEpoch = leaderEpoch;
    }

    @Override
    public CompletionStage<Void> append(ByteBuffer batch) {
        partition.requireEnoughInSync();
        Appended appended = partition.append(new RecordBatches(batch).next(), leaderEpoch);
        return partition.isCommitted(appended)
                ? CompletableFuture.completedFuture(null)
                : partition.whenCommitted(appended, false);
    }

    @Override
    public long startOffset() {
        return partition.start().offset();
    }

    @Override
    public long endOffset() {
        return partition.end(true).offset();
    }

    @Override
    public ByteBuffer read(long offset, int maxBytes) throws IOException {
        Records records = partition.readToLogEnd(offset, maxBytes);
        try {
            if (buffer.capacity() < records.sizeInBytes()) {
                buffer = ByteBuffer.allocate(records.sizeInBytes());
            }
            buffer.clear();
            if (records instanceof FileSlice slice) {
                slice.copyTo(buffer);
            }
            return buffer.flip();
        } finally {
            records.release();
        }
    }
}
