package io.millrace.broker.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes files and directories that were renamed for it, after a while, or at once where space is wanted: who reads a
 * file has it open. What a stop keeps it from removing is removed at the next start. Closes files, too, for those who
 * must not wait for the disk.
 */
final class Disposal {
    private static final Logger LOG = LoggerFactory.getLogger(Disposal.class);

    private final ScheduledExecutorService background;
    private final BooleanSupplier isSpaceWanted;

    Disposal(ScheduledExecutorService background, BooleanSupplier isSpaceWanted) {
        this.background = background;
        this.isSpaceWanted = isSpaceWanted;
    }

    void removeFiles(List<Path> files, long delayMs) {
        later(delayMs, () -> {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        });
    }

    void removeDirectory(Path directory, long delayMs) {
        later(delayMs, () -> PartitionDirectory.remove(directory));
    }

    /** Closes a file soon; at once if the background has stopped. */
    void close(Runnable file) {
        try {
            background.execute(file);
        } catch (RejectedExecutionException e) {
            file.run();
        }
    }

    private interface Removal {
        void run() throws IOException;
    }

    private void later(long delayMs, Removal removal) {
        Runnable task = () -> {
            try {
                removal.run();
            } catch (IOException e) {
                LOG.warn("Cannot remove a file that is not needed any more: {}", e.toString());
            }
        };
        try {
            var unused = background.schedule(task, isSpaceWanted.getAsBoolean() ? 0 : delayMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("Stopping: files stay until the next start");
        }
    }
}
