package io.millrace.protocol.record;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Walks the batches of magic 2 between a buffer's position and limit, and stops at the first bytes that are not a whole
 * one. Looks at sizes and magic only; CRCs are for the caller.
 */
public final class RecordBatches implements Iterator<RecordBatch> {
    private final ByteBuffer buffer;
    private int at;

    /** The buffer's position and limit stay as they are. */
    public RecordBatches(ByteBuffer buffer) {
        this.buffer = buffer;
        this.at = buffer.position();
    }

    /** Where the next batch begins, or where the bytes that are none begin. */
    public int position() {
        return at;
    }

    /** Bytes behind the last whole batch; 0 once all were whole. */
    public int leftOver() {
        return buffer.limit() - at;
    }

    @Override
    public boolean hasNext() {
        return wholeBatchAt(buffer, at, buffer.limit());
    }

    @Override
    public RecordBatch next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        RecordBatch batch = new RecordBatch(buffer, at);
        at += batch.sizeInBytes();
        return batch;
    }

    private static boolean wholeBatchAt(ByteBuffer buffer, int at, int end) {
        if (end - at < BatchHeader.SIZE || BatchHeader.magic(buffer, at) != BatchHeader.MAGIC) {
            return false;
        }
        int size = BatchHeader.sizeInBytes(buffer, at);
        return size >= BatchHeader.SIZE && size <= end - at;
    }
}
