package io.millrace.broker.log;

import io.millrace.protocol.ApiException;
import java.io.IOException;
import java.util.Optional;

/**
 * When a log is brought to the disk: when somebody asks, when so many records or so much time have passed; and who is
 * told.
 *
 * <p>Threading: any. Only {@link #flush} waits for the disk.
 */
final class LogFlushes {
    private final Availability availability;
    private final LogOffsets offsets;
    private final Flusher flusher;
    private final GroupSync groupSync;
    private volatile Optional<FlushListener> listener = Optional.empty();

    LogFlushes(LogParts log) {
        this.availability = log.availability();
        this.offsets = log.offsets();
        this.flusher = log.flusher();
        this.groupSync = new GroupSync(log.directory().syncThreads(), this::flush, this::tell);
    }

    /** Brings everything that was appended so far to the disk for good. */
    void flush() {
        availability.requireWritable();
        try {
            flusher.flush(offsets::end);
        } catch (IOException e) {
            throw availability.failed("flush", e);
        }
    }

    /** As {@link #flush}, and does not wait for it: one flush serves all who ask for it before it begins. */
    void request() {
        groupSync.request();
    }

    /** Requests a flush if {@code flush.messages} have none yet. */
    void requestIfMany(LogConfig config) {
        if (offsets.endOffset() - flusher.recoveryPoint() >= config.flushMessages()) {
            groupSync.request();
        }
    }

    /** Requests a flush if {@code flush.ms} have passed since the last one, and there is something to flush. */
    void requestIfLate(LogConfig config) {
        boolean due = config.flushMs() != Long.MAX_VALUE && flusher.sinceLastMs() >= config.flushMs();
        if (due && offsets.endOffset() > flusher.recoveryPoint() && availability.isWritable()) {
            groupSync.request();
        }
    }

    /** Has somebody told how the flushes that were requested end. */
    void tellTo(FlushListener newListener) {
        listener = Optional.of(newListener);
    }

    /** What is told from now on concerns nobody: the log lies elsewhere. */
    void tellNobody() {
        listener = Optional.empty();
    }

    private void tell(Optional<ApiException> failure) {
        listener.ifPresent(waiting -> failure.ifPresentOrElse(waiting::flushFailed, waiting::flushed));
    }
}
