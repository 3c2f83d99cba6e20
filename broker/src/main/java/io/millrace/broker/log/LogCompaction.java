package io.millrace.broker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What compaction knows of one log and may do to it: how far it has come, what is there to do, and putting a cleaned
 * segment in its originals' place.
 *
 * <p>Threading: one compaction at a time; {@link #truncatedTo} under the log's lock.
 */
final class LogCompaction {
    private final Path directory;
    private final Segments segments;
    private final LogOffsets offsets;
    private final Flusher flusher;
    private final ProducerStates producers;
    private final ProducerSnapshots snapshots;
    private final LogDamage damage;
    private final Suspicion suspicion;
    private final Disposal disposal;
    private final Maintenance maintenance;
    private volatile long cleanUpTo;
    private volatile long nextHorizonMs = Long.MAX_VALUE;
    private volatile int truncations;
    private volatile boolean lowered;

    /** How work on a log's files gets the log to itself. */
    interface Maintenance {
        interface Work {
            boolean run() throws IOException;
        }

        /** Runs work under the log's lock; false if it did not run, since the log takes no writes. */
        boolean run(Work work);
    }

    /** Has all of a segment looked at. */
    interface Suspicion {
        void check(Segment segment) throws IOException;
    }

    LogCompaction(LogParts log, Suspicion suspicion, Maintenance maintenance) {
        this.directory = log.path();
        this.segments = log.segments();
        this.offsets = log.offsets();
        this.flusher = log.flusher();
        this.producers = log.producers();
        this.snapshots = log.snapshots();
        this.damage = log.damage();
        this.disposal = log.disposal();
        this.suspicion = suspicion;
        this.maintenance = maintenance;
    }

    Path directory() {
        return directory;
    }

    /** No two records below have the same key, save what could not be judged. */
    long cleanUpTo() {
        return cleanUpTo;
    }

    /**
     * Notes how far a run came.
     *
     * @param changes as {@link Cleanable} had them
     * @return false, with nothing noted, if the log takes no writes or was cut since
     */
    boolean cleaned(long offset, long nextTombstoneMs, int changes) {
        return maintenance.run(() -> {
            if (changes != truncations) {
                return false;
            }
            cleanedUpTo(offset, nextTombstoneMs);
            return true;
        });
    }

    /** Notes how far compaction came before this log was opened. */
    void cleanedUpTo(long offset, long nextTombstoneMs) {
        cleanUpTo = Math.min(offset, offsets.endOffset());
        nextHorizonMs = nextTombstoneMs;
    }

    /** Knows what was known where the log lay before. */
    void goOnFrom(LogCompaction before) {
        cleanedUpTo(before.cleanUpTo, before.nextHorizonMs);
    }

    /** What is written behind the log's new end has yet to be compacted, and what a run learned from there is void. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer, under the log's lock
    void truncatedTo(long newEnd) {
        lowered |= newEnd < cleanUpTo;
        cleanUpTo = Math.min(cleanUpTo, newEnd);
        truncations++;
    }

    /** Whether what was noted for the next start is too high since this was last asked. */
    boolean takeLowered() {
        boolean was = lowered;
        lowered = false;
        return was;
    }

    /** What there is to do now. */
    Cleanable measure(CompactionConfig config, long nowMs) throws IOException {
        int seen = truncations;
        List<Segment> view = segments.view();
        long decided = Math.min(offsets.highWatermark(), firstOpenTransaction());
        long bound = Math.min(decided, flusher.recoveryPoint()); // what is not on disk yet must not displace what is
        long start = Math.max(view.get(0).baseOffset(), offsets.start());
        long clean = Math.max(cleanUpTo, start);
        long cleanBytes = 0;
        long dirtyBytes = 0;
        boolean overdue = nextHorizonMs <= nowMs;
        long lateMs = 0;
        int count = 0;
        while (count < view.size() - 1) {
            Segment segment = view.get(count);
            long end = view.get(count + 1).baseOffset();
            if (end > bound) {
                break;
            }
            if (end <= clean) {
                cleanBytes += segment.size();
            } else if (config.minLagMs() > 0 && nowMs - youngest(segment) < config.minLagMs()) {
                break;
            } else {
                dirtyBytes += segment.size();
                if (config.maxLagMs() < Long.MAX_VALUE && segment.size() > 0) {
                    lateMs = Math.max(lateMs, nowMs - oldest(segment) - config.maxLagMs());
                }
            }
            count++;
        }
        long to = view.get(count).baseOffset();
        return new Cleanable(
                view.subList(0, count),
                Math.min(clean, to),
                to,
                cleanBytes,
                dirtyBytes,
                overdue || lateMs > 0,
                lateMs,
                seen);
    }

    private long firstOpenTransaction() {
        return producers.snapshot().stream()
                .mapToLong(Producer::transactionStart)
                .filter(start -> start >= 0)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** In ms. Like the next, by the file where records have no time, and of now if the segment is gone meanwhile. */
    private static long youngest(Segment segment) throws IOException {
        return whileHeld(segment, () -> segment.largestTimestamp().timestamp());
    }

    private static long oldest(Segment segment) throws IOException {
        return whileHeld(segment, segment::firstTimestamp);
    }

    private interface Time {
        long ask() throws IOException;
    }

    private static long whileHeld(Segment segment, Time time) throws IOException {
        if (!segment.hold()) {
            return Long.MAX_VALUE;
        }
        try {
            long known = time.ask();
            return known >= 0 ? known : segment.lastModified();
        } finally {
            segment.release();
        }
    }

    /** Last offsets of the batches that producers' sequences go on from. */
    Set<Long> lastOfProducers() {
        return producers.snapshot().stream()
                .map(Producer::batches)
                .filter(batches -> !batches.isEmpty())
                .map(batches -> batches.get(batches.size() - 1).lastOffset())
                .collect(Collectors.toSet());
    }

    /** Says that a segment is not what it should be: what is corrupt in it is found out and told. */
    void suspect(Segment segment) throws IOException {
        suspicion.check(segment);
    }

    /**
     * Prepares for {@link #replace}.
     *
     * @return false if the log takes no writes, lacks one of the originals or was cut since
     */
    boolean expect(Rewrite rewrite) throws IOException {
        boolean possible = maintenance.run(() -> isPossible(rewrite));
        if (possible) {
            damage.expect(rewrite);
        }
        return possible;
    }

    /**
     * Puts a cleaned segment that was announced in its originals' place. What readers hold of those stays readable.
     *
     * @return false, with nothing done, if the log takes no writes, lacks one of the originals or was cut since, or more
     *     is known to be corrupt in them
     */
    boolean replace(Rewrite rewrite, SegmentSwap swap, LogConfig config) {
        return maintenance.run(
                () -> isPossible(rewrite) && damage.replace(rewrite, () -> putInPlace(rewrite, swap, config)));
    }

    private boolean isPossible(Rewrite rewrite) {
        return rewrite.changes() == truncations && segments.view().containsAll(rewrite.segments());
    }

    private void putInPlace(Rewrite rewrite, SegmentSwap swap, LogConfig config) throws IOException {
        List<Segment> originals = rewrite.segments();
        List<Path> gone = new ArrayList<>();
        segments.replaceAll(() -> {
            List<Segment> next = new ArrayList<>(segments.view());
            Segment cleaned = swapped(rewrite, swap, config, gone);
            next.set(next.indexOf(originals.get(0)), cleaned);
            next.removeAll(originals);
            return next;
        });
        for (Segment original : originals.subList(1, originals.size())) {
            snapshots.forget(original.baseOffset());
        }
        originals.forEach(Segment::retire);
        disposal.removeFiles(gone, config.fileDeleteDelayMs());
    }

    private Segment swapped(Rewrite rewrite, SegmentSwap swap, LogConfig config, List<Path> gone) throws IOException {
        try {
            gone.addAll(swap.replace(rewrite.segments()));
            long base = rewrite.segments().get(0).baseOffset();
            Segment cleaned = Segment.stored(directory, base, config.indexIntervalBytes());
            cleaned.damaged(rewrite.damage());
            return cleaned;
        } catch (IOException e) {
            // whatever the reason: names and segments do not agree any more, which only a start makes good
            throw new LostWriteException("Cannot put a compacted segment in place: " + e.getMessage(), e);
        }
    }
}
