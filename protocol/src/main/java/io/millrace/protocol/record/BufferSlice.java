package io.millrace.protocol.record;

import java.nio.ByteBuffer;

/**
 * Records in memory. The buffer belongs to whoever made it: the slice of a request is valid until the request has been
 * answered.
 */
public record BufferSlice(ByteBuffer buffer) implements Records {
    /** No records. */
    public static final BufferSlice EMPTY = new BufferSlice(ByteBuffer.allocate(0));

    /** Wraps what lies between the buffer's position and limit, or passes null on. */
    public static BufferSlice ofNullable(ByteBuffer buffer) {
        return buffer == null ? null : new BufferSlice(buffer);
    }

    @Override
    public int sizeInBytes() {
        return buffer.remaining();
    }
}
