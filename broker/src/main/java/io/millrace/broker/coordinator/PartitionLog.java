package io.millrace.broker.coordinator;

import io.millrace.broker.replica.Partition;
import io.millrace.protocol.record.FileSlice;
import io.millrace.protocol.record.RecordBatches;
import io.millrace.protocol.record.Records;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A shard's log over the partition that this broker leads. With one replica, what is appended is committed. */
public final class PartitionLog implements ShardLog {
    private final Partition partition;
    private ByteBuffer buffer = ByteBuffer.allocate(0);

    public PartitionLog(Partition partition) {
        this.partition = partition;
    }

    @Override
    public CompletionStage<Void> append(ByteBuffer batch) {
        partition.append(new RecordBatches(batch).next());
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public long startOffset() {
        return partition.log().startOffset();
    }

    @Override
    public long endOffset() {
        return partition.log().endOffset();
    }

    @Override
    public ByteBuffer read(long offset, int maxBytes) throws IOException {
        Records records = partition.log().read(offset, maxBytes, endOffset(), true);
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
