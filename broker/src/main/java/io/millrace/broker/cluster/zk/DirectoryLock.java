package io.millrace.broker.cluster.zk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps a second server away from a directory: two on the same files would destroy them. */
final class DirectoryLock implements Closeable {
    private final AsynchronousFileChannel file;

    private DirectoryLock(AsynchronousFileChannel file) {
        this.file = file;
    }

    static DirectoryLock take(Path directory) throws IOException {
        AsynchronousFileChannel file = AsynchronousFileChannel.open(
                directory.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = file.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            file.close();
            throw new IOException("The ZooKeeper data in " + directory + " is in use by another process");
        }
        return new DirectoryLock(file);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
