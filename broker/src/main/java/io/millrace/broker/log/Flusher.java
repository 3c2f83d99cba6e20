package io.millrace.broker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.function.Supplier;

/**
 * Brings a log to the disk for good, and knows how far that has come: the recovery point.
 *
 * <p>Threading: any; one flush at a time. Appends go on beside it.
 */
final class Flusher {
    private final LogDirectory logDirectory;
    private final Path partitionDirectory;
    private final Segments segments;
    private final LeaderEpochs epochs;
    private final Clock clock;
    private volatile LogEnd recoveryPoint;
    private volatile long lastMs;
    private boolean hasNewNames; // since the directory was synced; guarded by this

    Flusher(
            LogDirectory logDirectory,
            Path partitionDirectory,
            Segments segments,
            LeaderEpochs epochs,
            Clock clock,
            long recoveryPoint) {
        this.logDirectory = logDirectory;
        this.partitionDirectory = partitionDirectory;
        this.segments = segments;
        this.epochs = epochs;
        this.clock = clock;
        this.lastMs = clock.millis();
        this.recoveryPoint = LogEnd.at(recoveryPoint);
    }

    long recoveryPoint() {
        return recoveryPoint.offset();
    }

    /** How long ago the last flush that had something to do began; or this log's begin, if there was none. */
    long sinceLastMs() {
        return clock.millis() - lastMs;
    }

    /** Moves the recovery point up to the log's end, which is asked for once nothing can be cut any more. */
    synchronized void flush(Supplier<LogEnd> end) throws IOException {
        LogEnd target = end.get();
        if (target.offset() <= recoveryPoint.offset()) {
            return;
        }
        lastMs = clock.millis();
        long begun = System.nanoTime();
        hasNewNames |= epochs.sync();
        for (Segment segment : unflushed()) {
            if (segment.hold()) { // else it was dropped, and needs no disk
                try {
                    hasNewNames |= segment.flush(); // still true if the next one fails
                } finally {
                    segment.release();
                }
            }
        }
        if (hasNewNames) {
            Checkpoint.syncDirectory(partitionDirectory);
            logDirectory.syncNames();
            hasNewNames = false;
        }
        recoveryPoint = target;
        logDirectory.flushed(System.nanoTime() - begun);
    }

    /** Runs a truncation, after which what was flushed behind the new end counts no more. */
    synchronized void lowerTo(LogEnd end, Truncation truncation) throws IOException {
        if (end.offset() < recoveryPoint.offset()) {
            recoveryPoint = end;
        }
        truncation.run();
    }

    /** What must not happen during an fsync, which would vouch for bytes that come in place of the cut ones. */
    interface Truncation {
        void run() throws IOException;
    }

    /** Bytes that an unclean stop now would make the next start read. */
    long unflushedBytes(long endOffset) {
        LogEnd flushed = recoveryPoint;
        if (endOffset <= flushed.offset()) {
            return 0;
        }
        return unflushed().stream()
                .mapToLong(segment -> segment.size() - (flushed.isPositionIn(segment) ? flushed.position() : 0))
                .sum();
    }

    private List<Segment> unflushed() {
        List<Segment> view = segments.view();
        return view.subList(Math.max(0, Segments.floor(view, recoveryPoint.offset())), view.size());
    }
}
