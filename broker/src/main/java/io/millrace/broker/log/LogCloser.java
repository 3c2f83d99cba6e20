package io.millrace.broker.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** Closes all logs at the end, several of each directory at a time, and leaves what the next start goes by. */
final class LogCloser {
    private final List<LogDirectory> directories;
    private final Collection<Log> logs;
    private final int threadsPerDirectory;

    LogCloser(List<LogDirectory> directories, Collection<Log> logs, int threadsPerDirectory) {
        this.directories = directories;
        this.logs = logs;
        this.threadsPerDirectory = threadsPerDirectory;
    }

    void close() {
        List<Runnable> closers = new ArrayList<>();
        for (LogDirectory directory : directories) {
            closers.add(() -> close(directory));
        }
        Parallel.run("log-dir-close", closers);
    }

    private void close(LogDirectory directory) {
        List<Log> here = logs.stream()
                .filter(log -> log.directory().equals(directory.path()))
                .toList();
        Queue<Log> open = new ConcurrentLinkedQueue<>(here);
        AtomicBoolean clean = new AtomicBoolean(directory.isOnline());
        Runnable closer = () -> {
            for (Log log = open.poll(); log != null; log = open.poll()) {
                if (!log.close()) {
                    clean.set(false);
                }
            }
        };
        List<Runnable> closers = new ArrayList<>();
        for (int i = 0; i < Math.min(threadsPerDirectory, here.size()); i++) {
            closers.add(closer);
        }
        Parallel.run("log-close", closers);
        if (clean.get()) {
            finish(directory, here);
        }
    }

    private static void finish(LogDirectory directory, List<Log> here) {
        DirectoryCheckpoints checkpoints = directory.checkpoints();
        try {
            checkpoints.writeRecoveryPoints(here);
            checkpoints.writeHighWatermarks(here);
            checkpoints.writeStarts(here);
            directory.writeCleanMark(); // last: it vouches for all of the above
        } catch (IOException e) {
            directory.fail("note the clean stop", e);
        }
    }
}
