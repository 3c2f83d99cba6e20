package io.millrace.broker.log;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file read past the page cache, where the file system can do that: what is read does not push out what consumers
 * want, and comes from the disk and not from memory. Elsewhere an ordinary read.
 */
final class UncachedFile implements Closeable {
    /** Positions, lengths and addresses must be multiples of this: no disk in use has larger blocks. */
    static final int ALIGNMENT = 4096;

    private final FileChannel channel;

    private UncachedFile(FileChannel channel) {
        this.channel = channel;
    }

    static UncachedFile open(Path path) throws IOException {
        try {
            return new UncachedFile(FileChannel.open(path, StandardOpenOption.READ, ExtendedOpenOption.DIRECT));
        } catch (UnsupportedOperationException | java.nio.file.FileSystemException e) {
            return new UncachedFile(FileChannel.open(path, StandardOpenOption.READ));
        }
    }

    /** A buffer that can be read into. */
    static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes + ALIGNMENT)
                .alignedSlice(ALIGNMENT)
                .limit(bytes)
                .slice();
    }

    /** Fills the buffer from its begin to its limit, both multiples of the alignment, or up to the file's end. */
    void read(ByteBuffer into, long position) throws IOException {
        while (into.hasRemaining()) {
            int read = channel.read(into, position + into.position());
            if (read < 0 || into.position() % ALIGNMENT != 0) {
                return; // the file's end
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
