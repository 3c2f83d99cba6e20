package io.millrace.protocol.record;

import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Walks a message set of magic 0 or 1 between a buffer's position and limit, and stops at the first bytes that are not a
 * whole message of these. Looks at sizes and magic only. The counterpart of {@link RecordBatches}.
 */
public final class LegacyBatches implements Iterator<LegacyBatch> {
    private final ByteBuffer buffer;
    private int at;

    /** The buffer's position and limit stay as they are. */
    public LegacyBatches(ByteBuffer buffer) {
        this.buffer = buffer;
        this.at = buffer.position();
    }

    /** Where the next message begins, or where the bytes that are none begin. */
    public int position() {
        return at;
    }

    /** Bytes behind the last whole message; 0 once all were whole. */
    public int leftOver() {
        return buffer.limit() - at;
    }

    @Override
    public boolean hasNext() {
        return LegacyBatch.wholeAt(buffer, at, buffer.limit());
    }

    @Override
    public LegacyBatch next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        LegacyBatch message = new LegacyBatch(buffer, at);
        at += message.sizeInBytes();
        return message;
    }
}
