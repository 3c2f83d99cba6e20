package io.millrace.protocol.record;

import java.nio.ByteBuffer;

/**
 * Records in memory. The buffer belongs to whoever made it: the slice of a request is valid until the request has been
 * answered.
 *
 * @param onRelease runs when the slice is let go
 */
public record BufferSlice(ByteBuffer buffer, Runnable onRelease) implements Records {
    /** No records. */
    public static final BufferSlice EMPTY = new BufferSlice(ByteBuffer.allocate(0));

    private enum Nobody implements Runnable {
        WAITS;

        @Override
        public void run() {}
    }

    /** Records that nobody waits for to be let go. */
    public BufferSlice(ByteBuffer buffer) {
        this(buffer, Nobody.WAITS);
    }

    /** Whether somebody waits for the slice to be let go. */
    public boolean isAwaited() {
        return onRelease != Nobody.WAITS;
    }

    /** Wraps what lies between the buffer's position and limit, or passes null on. */
    public static BufferSlice ofNullable(ByteBuffer buffer) {
        return buffer == null ? null : new BufferSlice(buffer);
    }

    @Override
    public int sizeInBytes() {
        return buffer.remaining();
    }

    @Override
    public void release() {
        onRelease.run();
    }
}
