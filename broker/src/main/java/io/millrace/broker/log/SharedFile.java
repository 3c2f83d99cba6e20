package io.millrace.broker.log;

import io.millrace.protocol.record.FileSlice;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A segment's file of batches, which stays open, even if its name is gone, as long as somebody holds it: the log, a
 * reader that is inside, a slice that has not been sent yet. Opened when first needed.
 *
 * <p>Threading: any.
 */
final class SharedFile {
    private static final Logger LOG = LoggerFactory.getLogger(SharedFile.class);

    private final AtomicInteger holders = new AtomicInteger(1); // the first is the log
    private Path path; // guarded by this
    private volatile FileChannel channel;

    SharedFile(Path path) {
        this.path = path;
    }

    /** Makes the file anew, empty. */
    synchronized void create() throws IOException {
        channel = FileChannel.open(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
    }

    FileChannel channel() throws IOException {
        FileChannel open = channel;
        if (open != null) {
            return open;
        }
        synchronized (this) {
            if (channel == null) {
                channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            }
            return channel;
        }
    }

    /** Takes part in keeping the file open. False if it was closed for good: the log has a newer list of segments. */
    boolean hold() {
        int now = holders.get();
        while (now > 0) {
            if (holders.compareAndSet(now, now + 1)) {
                return true;
            }
            now = holders.get();
        }
        return false;
    }

    /**
     * Shuts everybody else out, if the log alone holds the file: from then on nobody can hold it. Either {@link #release}
     * after {@link #giveBack}, or {@link #closeSeized} follows.
     */
    boolean seize() {
        return holders.compareAndSet(1, 0);
    }

    /** Lets others in again after {@link #seize}. */
    void giveBack() {
        holders.set(1);
    }

    /** Closes for good what was seized. */
    void closeSeized() {
        close();
    }

    /** Ends a {@link #hold}; the last one out closes. */
    boolean release() {
        return release(Runnable::run);
    }

    private boolean release(Executor closer) {
        boolean last = holders.decrementAndGet() == 0;
        if (last) {
            closer.execute(this::close);
        }
        return last;
    }

    /**
     * Bytes of the file, which the caller holds; the slice has a hold of its own.
     *
     * @param closer closes the file if the slice is the last to hold it: if it was removed meanwhile, its blocks are
     *     freed by that, for which whoever sends slices must not wait
     */
    FileSlice slice(long position, int length, Executor closer) throws IOException {
        FileChannel open = channel();
        if (!hold()) {
            throw new IllegalStateException(path + " is sliced and not held");
        }
        AtomicBoolean released = new AtomicBoolean(); // letting go twice must not close it under others
        return new FileSlice(open, position, length, () -> {
            if (released.compareAndSet(false, true)) {
                release(closer);
            }
        });
    }

    synchronized Path path() {
        return path;
    }

    synchronized void renamed(Path to) {
        path = to;
    }

    private synchronized void close() {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            LOG.warn("Cannot close {}", path, e);
        }
    }
}
