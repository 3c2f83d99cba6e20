package io.millrace.protocol.record;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Records in a file, sent from there by sendfile.
 *
 * @param channel open until {@link #release}
 * @param position of the first byte in the file
 * @param length in bytes; all of them are in the file
 * @param onRelease runs when the slice is let go
 */
public record FileSlice(FileChannel channel, long position, int length, Runnable onRelease) implements Records {
    @Override
    public int sizeInBytes() {
        return length;
    }

    /**
     * Reads the bytes into a buffer that has room for them. Reads the disk: not on an event loop.
     *
     * @throws IOException if the disk fails, or the file has become shorter than the slice
     */
    public void copyTo(ByteBuffer target) throws IOException {
        int end = target.position() + length;
        ByteBuffer part = target.duplicate().limit(end);
        while (part.hasRemaining()) {
            if (channel.read(part, position + length - part.remaining()) < 0) {
                throw new EOFException("the file ends " + part.remaining() + " bytes before the slice");
            }
        }
        target.position(end);
    }

    @Override
    public void release() {
        onRelease.run();
    }
}
