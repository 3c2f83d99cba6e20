package io.millrace.broker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes records away at either end of a log: old ones by retention or request, new ones by truncation.
 *
 * <p>Threading: under the log's lock, save {@link #expired}.
 */
final class LogCuts {
    private static final Logger LOG = LoggerFactory.getLogger(LogCuts.class);

    private final LogParts log;
    private final LogAppends appends;
    private final LogCompaction compaction;
    private final Segments segments;
    private final LogOffsets offsets;

    LogCuts(LogParts log, LogAppends appends, LogCompaction compaction) {
        this.log = log;
        this.appends = appends;
        this.compaction = compaction;
        this.segments = log.segments();
        this.offsets = log.offsets();
    }

    /** Makes everything below an offset unreadable, and frees what segments that frees. */
    void deleteBefore(long offset, LogConfig config) throws IOException {
        raiseStart(offset);
        dropExpired(config);
    }

    private void raiseStart(long offset) throws IOException {
        if (offset > offsets.start()) {
            offsets.raiseStart(offset);
            log.epochs().truncateFromStart(offset);
        }
    }

    /** How many of the oldest segments are too old or too many, or below the log's start. Works without the lock. */
    int expired(LogConfig config) throws IOException {
        return new Retention(config, log.clock().millis())
                .expired(segments.view(), offsets.start(), offsets.highWatermark(), offsets.endOffset());
    }

    /** Deletes those. */
    void dropExpired(LogConfig config) throws IOException {
        int count = expired(config);
        if (count == 0) {
            return;
        }
        if (count == segments.view().size() && !rollForRetention(config)) {
            count--;
        }
        if (count == 0) {
            return;
        }
        List<Segment> dropped = segments.view().subList(0, count);
        raiseStart(segments.view().get(count).baseOffset());
        LOG.info("{}: deleting {} segments, log start is now {}", log.partition(), count, offsets.start());
        drop(dropped, config);
    }

    /** False if there is no space for a new segment: the last one stays then, and what the others held is freed. */
    private boolean rollForRetention(LogConfig config) throws IOException {
        try {
            appends.roll(config);
            return true;
        } catch (IOException e) {
            if (!NoSpace.isCauseOf(e)) {
                throw e;
            }
            log.directory().ranFull("cannot begin a new segment of " + log.partition() + ": " + e.getMessage());
            return false;
        }
    }

    /** Takes segments out of the log: names at once, files after a while, slices when they have been sent. */
    private void drop(List<Segment> dropped, LogConfig config) throws IOException {
        segments.remove(dropped);
        List<Path> files = new ArrayList<>();
        for (Segment segment : dropped) {
            files.addAll(segment.rename(SegmentFiles.DELETED));
            log.snapshots().forget(segment.baseOffset());
            segment.retire();
        }
        log.damage().segmentsChanged();
        log.disposal().removeFiles(files, config.fileDeleteDelayMs());
    }

    /** As {@link Log#truncateTo}, for an offset that is in the log. */
    void truncate(long offset, LogConfig config) throws IOException {
        List<Segment> view = segments.view();
        int last = Segments.floor(view, offset);
        Segment cut = view.get(last);
        Optional<Segment.Place> place = cut.lookup().find(offset);
        long found = place.map(Segment.Place::position).orElseGet(cut::size);
        Optional<CorruptRange> lost = cut.damage().between(offset, found); // what cannot be read goes with the rest
        long position = lost.map(CorruptRange::position).orElse(found);
        long first = place.map(at -> at.batch().baseOffset()).orElse(offset);
        long newEnd = Math.min(offset, lost.map(CorruptRange::firstOffset).orElse(first));
        boolean inPlace = cut.seize(); // else a copy is made, first: for want of space the log stays as it is
        Optional<Path> copy = inPlace ? Optional.empty() : Optional.of(cut.copyUpTo(position));
        LogEnd end = new LogEnd(newEnd, cut.baseOffset(), position);
        offsets.moveEnd(end); // before the files, so that no read begins behind it
        log.flusher().lowerTo(end, () -> {
            segments.replaceAll(() -> {
                List<Segment> kept = new ArrayList<>(view.subList(0, last));
                int interval = config.indexIntervalBytes();
                kept.add(inPlace ? cut.cutOff(position, interval) : cut.replaceBy(copy.orElseThrow(), interval));
                return kept;
            });
            if (!inPlace) {
                cut.retire(); // those who read it go on with the file as it was
            }
            drop(view.subList(last + 1, view.size()), config);
            Checkpoint.syncDirectory(log.path());
        });
        compaction.truncatedTo(newEnd);
        log.epochs().truncateFromEnd(newEnd);
        log.snapshots()
                .rebuild(log.producers(), segments.view(), newEnd, log.clock().millis());
        LOG.info("{}: truncated to {}", log.partition(), newEnd);
    }

    /** As {@link Log#restartAt}. */
    void restart(long offset, LogConfig config) throws IOException {
        if (offsets.endOffset() > offsets.start()) {
            truncate(offsets.start(), config); // first: what is cut has to be forgotten in many places
        }
        log.epochs().truncateFromEnd(0);
        if (offset == offsets.endOffset()) {
            return;
        }
        List<Segment> before = segments.view();
        Segment next = Segment.create(log.path(), offset, config.indexIntervalBytes());
        LogEnd end = new LogEnd(offset, offset, 0);
        log.flusher().lowerTo(end, () -> {
            offsets.restart(end);
            segments.add(next);
            drop(before, config);
            Checkpoint.syncDirectory(log.path());
        });
        log.snapshots()
                .rebuild(log.producers(), segments.view(), offset, log.clock().millis());
        LOG.info("{}: begun anew at {}", log.partition(), offset);
    }
}
