package io.millrace.broker.log;

import io.millrace.broker.log.SegmentScrub.Progress;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all segments of one log once, from the first to what is on disk of the last, in small steps.
 *
 * <p>Threading: one thread; the log goes on meanwhile. A step that files were changed under does not count.
 */
final class LogScrub {
    private static final Logger LOG = LoggerFactory.getLogger(LogScrub.class);

    private final Segments segments;
    private final LogOffsets offsets;
    private final LeaderEpochs epochs;
    private final Flusher flusher;
    private final LogDamage damage;
    private final BooleanSupplier isOpen;
    private long nextBase = -1;
    private Optional<Current> current = Optional.empty();

    private record Current(Segment segment, Damage whenBegun, SegmentScrub scrub, Progress progress) {}

    /** @param isOpen whether the files that go by the log's names are the log's own */
    LogScrub(
            Segments segments,
            LogOffsets offsets,
            LeaderEpochs epochs,
            Flusher flusher,
            LogDamage damage,
            BooleanSupplier isOpen) {
        this.segments = segments;
        this.offsets = offsets;
        this.epochs = epochs;
        this.flusher = flusher;
        this.damage = damage;
        this.isOpen = isOpen;
    }

    /**
     * Reads on.
     *
     * @param maxBytes about as many
     * @return how many were read; -1 once there is nothing left, or the log was closed or deleted
     */
    long step(long maxBytes) {
        if (!isOpen.getAsBoolean()) {
            return -1;
        }
        int changes = segments.changes();
        List<Segment> view = segments.view();
        if (current.isEmpty() || !view.contains(current.get().segment())) {
            current = begin(view);
            if (current.isEmpty()) {
                return -1;
            }
        }
        Current now = current.get();
        if (now.scrub().isDone(now.progress())) {
            finish(now);
            return 0;
        }
        Optional<Progress> read = read(now, maxBytes);
        if (!isOpen.getAsBoolean()) {
            return -1; // the file may have been another log's
        }
        if (read.isEmpty()) {
            current = Optional.empty(); // cannot be read: the next segment
            return 0;
        }
        if (!segments.isUnchangedSince(changes)) {
            return 0;
        }
        Progress progress = read.get();
        if (progress.found().size() > now.progress().found().size()) {
            damage.found(now.segment(), progress.found());
        }
        current = Optional.of(new Current(now.segment(), now.whenBegun(), now.scrub(), progress));
        return progress.position() - now.progress().position();
    }

    private Optional<Current> begin(List<Segment> view) {
        for (int i = 0; i < view.size(); i++) {
            Segment segment = view.get(i);
            if (segment.baseOffset() >= nextBase) {
                nextBase = segment.baseOffset() + 1;
                SegmentScrub scrub = scrub(view, i);
                return Optional.of(new Current(segment, segment.damage(), scrub, Progress.begin(segment.baseOffset())));
            }
        }
        return Optional.empty();
    }

    private void finish(Current done) {
        boolean toTheEnd = done.progress().position() >= done.scrub().stretch().end();
        if (toTheEnd) {
            damage.settle(done.segment(), done.whenBegun(), done.progress().found());
        }
        current = Optional.empty();
    }

    private SegmentScrub scrub(List<Segment> view, int place) {
        Segment segment = view.get(place);
        boolean last = place == view.size() - 1;
        LogEnd end = offsets.end();
        boolean takesAppends = last && end.isPositionIn(segment);
        SegmentScrub.Stretch stretch = new SegmentScrub.Stretch(
                segment.baseOffset(),
                takesAppends ? Math.min(end.position(), segment.size()) : segment.size(),
                last ? end.offset() : view.get(place + 1).baseOffset(),
                last ? flusher.recoveryPoint() : Long.MAX_VALUE,
                epochs.latest());
        return new SegmentScrub(stretch, segment.lookup()::positionAbove);
    }

    private Optional<Progress> read(Current now, long maxBytes) {
        Segment segment = now.segment();
        if (!segment.hold()) {
            return Optional.empty();
        }
        try (UncachedFile file = UncachedFile.open(segment.path())) {
            ScrubWindow window = new ScrubWindow(file, now.scrub().stretch().end());
            return Optional.of(now.scrub().advance(now.progress(), window, maxBytes));
        } catch (IOException e) {
            if (isOpen.getAsBoolean()) {
                LOG.warn(
                        "{} cannot be scrubbed from position {} on: {}",
                        segment,
                        now.progress().position(),
                        e.toString());
            }
            return Optional.empty();
        } finally {
            segment.release();
        }
    }

    /**
     * Looks at the batch with an offset now, and at those in front of it that the index does not name.
     *
     * @return whether it is corrupt
     */
    boolean check(long offset) throws IOException {
        List<Segment> view = segments.view();
        int place = Segments.floor(view, offset);
        if (place < 0 || !view.get(place).hold()) {
            return false;
        }
        Segment segment = view.get(place);
        try (UncachedFile file = UncachedFile.open(segment.path())) {
            SegmentScrub scrub = scrub(view, place);
            ScrubWindow window = new ScrubWindow(file, scrub.stretch().end());
            Progress progress = beginNear(segment, window, offset);
            while (!scrub.isDone(progress) && progress.expectedOffset() <= offset) {
                progress = scrub.advance(progress, window, 1);
            }
            found(segment, progress);
        } finally {
            segment.release();
        }
        return segment.damage().at(offset).isPresent();
    }

    /** Looks at all of a segment now. */
    void check(Segment segment) throws IOException {
        List<Segment> view = segments.view();
        int place = view.indexOf(segment);
        if (place < 0 || !segment.hold()) {
            return;
        }
        try (UncachedFile file = UncachedFile.open(segment.path())) {
            SegmentScrub scrub = scrub(view, place);
            ScrubWindow window = new ScrubWindow(file, scrub.stretch().end());
            found(segment, scrub.advance(Progress.begin(segment.baseOffset()), window, Long.MAX_VALUE));
        } finally {
            segment.release();
        }
    }

    private void found(Segment segment, Progress progress) {
        if (isOpen.getAsBoolean()
                && segments.view().contains(segment)
                && !progress.found().isEmpty()) {
            damage.found(segment, progress.found());
        }
    }

    /** The last indexed batch in front of an offset, if it is whole; else the segment's first. */
    private static Progress beginNear(Segment segment, ScrubWindow window, long offset) throws IOException {
        long position = segment.lookup().positionBefore(offset);
        Optional<StoredBatch> first = window.batchAt(position);
        boolean sound = first.isPresent()
                && first.get().baseOffset() >= segment.baseOffset()
                && first.get().baseOffset() <= offset
                && window.hasValidCrc(first.get(), position);
        return sound
                ? new Progress(position, first.get().baseOffset(), List.of())
                : Progress.begin(segment.baseOffset());
    }
}
