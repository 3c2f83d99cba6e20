package io.millrace.broker.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How the files of a log are left behind that takes no more calls: as a clean start expects them, deleted or set aside.
 *
 * <p>Threading: one thread, after the log ended under its lock, so that nothing changes any more.
 */
final class LogClosing {
    private final LogParts log;

    LogClosing(LogParts log) {
        this.log = log;
    }

    /** Leaves the files as a clean start expects them. False if the disk does not allow that. */
    boolean close() {
        boolean clean = log.directory().isOnline();
        try {
            if (clean) {
                finish();
            }
        } catch (IOException e) {
            log.availability().diskFailed("close", e);
            clean = false;
        }
        retireAll();
        return clean;
    }

    private void finish() throws IOException {
        for (Segment segment : log.segments().view()) {
            segment.finish();
        }
        log.flusher().flush(log.offsets()::end);
        log.epochs().sync();
        long offset = log.offsets().endOffset();
        if (!log.snapshots().has(offset)
                && offset > log.segments().view().get(0).baseOffset()) {
            log.snapshots().write(offset, log.producers());
        }
    }

    /** Lets go of the files as they are. */
    void abandon() {
        retireAll();
    }

    private void retireAll() {
        log.segments().view().forEach(Segment::retire);
    }

    /** Renames the directory at once, and removes it after a while; slices stay readable. */
    void delete(long delayMs) {
        try {
            log.disposal().removeDirectory(moveAside(PartitionDirectory.Fate.DELETE), delayMs);
        } catch (IOException e) {
            throw log.availability().diskFailed("delete", e);
        } finally {
            retireAll();
        }
    }

    /** Keeps the directory under a name that says that it is not this broker's any more. */
    Path setAside() {
        try {
            return moveAside(PartitionDirectory.Fate.STRAY);
        } catch (IOException e) {
            throw log.availability().diskFailed("set aside", e);
        }
    }

    private Path moveAside(PartitionDirectory.Fate fate) throws IOException {
        Path aside = log.path().resolveSibling(PartitionDirectory.markedName(log.partition(), fate));
        Files.move(log.path(), aside);
        return aside;
    }
}
