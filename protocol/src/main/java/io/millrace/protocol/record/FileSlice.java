package io.millrace.protocol.record;

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

    @Override
    public void release() {
        onRelease.run();
    }
}
