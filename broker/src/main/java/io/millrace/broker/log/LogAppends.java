package io.millrace.broker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;

/**
 * Where a log grows: batches go to the active segment, or to a new one where {@link RollPolicy} says so.
 *
 * <p>Threading: under the log's lock, save the two questions whether the system can be expected to answer at once.
 */
final class LogAppends {
    private final LogParts log;
    private final Path path;
    private final Clock clock;
    private final Segments segments;
    private final LogOffsets offsets;
    private final LeaderEpochs epochs;
    private final ProducerStates producers;
    private final Runnable flushRequest;
    private final RollPolicy rollPolicy;
    private final RecentTail recent = new RecentTail();

    /** @param flushRequest has a segment that takes no more brought to the disk, and does not wait for it */
    LogAppends(LogParts log, Runnable flushRequest) {
        this.log = log;
        this.path = log.path();
        this.clock = log.clock();
        this.segments = log.segments();
        this.offsets = log.offsets();
        this.epochs = log.epochs();
        this.producers = log.producers();
        this.flushRequest = flushRequest;
        this.rollPolicy = new RollPolicy(clock, log.partition().hashCode());
    }

    /**
     * Appends batches and moves the log's end.
     *
     * @param batches their bytes
     * @param headers at least one
     */
    void append(ByteBuffer batches, List<StoredBatch> headers, LogConfig config) throws IOException {
        requireAscending(headers);
        Segment active = activeFor(headers, batches.remaining(), config);
        for (StoredBatch batch : headers) {
            epochs.assign(batch.leaderEpoch(), batch.baseOffset()); // first: it may fail for want of space
        }
        active.append(batches, headers);
        long nowMs = clock.millis();
        for (StoredBatch batch : headers) {
            producers.update(batch, nowMs);
        }
        offsets.moveEnd(new LogEnd(last(headers).nextOffset(), active.baseOffset(), active.size()));
        recent.appended(headers.get(0).baseOffset(), batches.remaining(), nowMs);
    }

    private void requireAscending(List<StoredBatch> batches) {
        long next = offsets.endOffset();
        for (StoredBatch batch : batches) {
            if (batch.baseOffset() < next) {
                throw new IllegalStateException(
                        log.partition() + ": batch at offset " + batch.baseOffset() + " behind " + (next - 1));
            }
            next = batch.nextOffset();
        }
    }

    private Segment activeFor(List<StoredBatch> batches, int bytes, LogConfig config) throws IOException {
        Segment active = segments.active();
        long timestamp = -1;
        for (StoredBatch batch : batches) {
            timestamp = Math.max(timestamp, batch.maxTimestamp());
        }
        if (!rollPolicy.isDue(active, config, bytes, last(batches).lastOffset(), timestamp)) {
            return active;
        }
        boolean isEmpty = active.baseOffset() == offsets.endOffset();
        return roll(isEmpty ? batches.get(0).baseOffset() : offsets.endOffset(), config);
    }

    private static StoredBatch last(List<StoredBatch> batches) {
        return batches.get(batches.size() - 1);
    }

    /** Goes on in a new segment at the log's end. */
    void roll(LogConfig config) throws IOException {
        roll(offsets.endOffset(), config);
    }

    /** As {@link #roll(LogConfig)}, if records in the active segment, which is never compacted, wait for it too long. */
    boolean rollIfOverdue(LogConfig config) throws IOException {
        boolean overdue = rollPolicy.isOverdue(segments.active(), config);
        if (overdue) {
            roll(config);
        }
        return overdue;
    }

    /**
     * The old segment is brought to the disk in the background. If there is no space for a new one, the log stays as it
     * was, and nothing of the new segment, which would be taken for the log's end at the next start.
     */
    private Segment roll(long newBase, LogConfig config) throws IOException {
        log.snapshots().write(newBase, producers);
        Segment next = Segment.create(path, newBase, config.indexIntervalBytes());
        try {
            segments.active().seal();
        } catch (IOException e) {
            next.retire();
            Files.delete(SegmentFiles.path(path, newBase, SegmentFiles.LOG));
            throw e;
        }
        segments.add(next);
        flushRequest.run();
        return next;
    }

    /** As {@link Log#takesAtOnce}, as far as files decide. */
    boolean takesAtOnce(int bytes, long timestamp, LogConfig config) {
        Segment active = segments.active();
        return active.isLoaded() && !rollPolicy.mayBeDue(active, config, bytes, offsets.endOffset() + bytes, timestamp);
    }

    /** As {@link Log#isRecent}. */
    boolean isRecent(long offset) {
        if (!recent.contains(offset, clock.millis())) {
            return false;
        }
        List<Segment> view = segments.view();
        int place = Segments.floor(view, offset);
        return place >= 0 && view.get(place).isLoaded();
    }
}
