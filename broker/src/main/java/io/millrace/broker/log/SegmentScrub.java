package io.millrace.broker.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Reads all of a segment and finds what is not as it was written: a checksum that does not fit, a header that cannot be
 * one, offsets or a leader epoch that cannot be there.
 *
 * <p>Behind such bytes it goes on where the batch ends by its own word, if a right one begins there; else at the next
 * place that the offset index names. All between is corrupt. A gap between offsets is none: compaction makes them.
 *
 * <p>Immutable; what has been read so far is a {@link Progress}, so that a step that files were changed under can be
 * forgotten.
 */
final class SegmentScrub {

    /**
     * A stretch of a segment.
     *
     * @param base of the segment
     * @param end position behind the last byte that is published
     * @param nextBase all offsets in the stretch are below it
     * @param flushedOffset reading ends there: what lies behind is not on disk yet
     * @param latestEpoch of the log, if known
     */
    record Stretch(long base, long end, long nextBase, long flushedOffset, OptionalInt latestEpoch) {}

    /** How far a scrub has come. */
    record Progress(long position, long expectedOffset, List<CorruptRange> found) {
        static Progress begin(long base) {
            return new Progress(0, base, List.of());
        }
    }

    /** The offset index, as far as it is needed here. */
    interface IndexedPlaces {
        /** The first position above this one at which a batch begins. */
        OptionalLong above(long position) throws IOException;
    }

    private final Stretch stretch;
    private final IndexedPlaces places;

    SegmentScrub(Stretch stretch, IndexedPlaces places) {
        this.stretch = stretch;
        this.places = places;
    }

    Stretch stretch() {
        return stretch;
    }

    boolean isDone(Progress progress) {
        return progress.position() >= stretch.end() || progress.expectedOffset() >= stretch.flushedOffset();
    }

    /** Reads on for about so many bytes. */
    Progress advance(Progress from, ScrubWindow window, long bytes) throws IOException {
        Progress now = from;
        while (!isDone(now) && now.position() - from.position() < bytes) {
            now = next(now, window);
        }
        return now;
    }

    private Progress next(Progress now, ScrubWindow window) throws IOException {
        Optional<StoredBatch> sound = soundAt(window, now);
        if (sound.isEmpty()) {
            window.forget(); // the disk is asked twice before it is blamed
            sound = soundAt(window, now);
        }
        if (sound.isPresent()) {
            StoredBatch batch = sound.get();
            return new Progress(now.position() + batch.sizeInBytes(), batch.nextOffset(), now.found());
        }
        return pastCorrupt(now, window);
    }

    private Progress pastCorrupt(Progress now, ScrubWindow window) throws IOException {
        long resumed = resume(window, now);
        Optional<StoredBatch> next = resumed < stretch.end() ? window.batchAt(resumed) : Optional.empty();
        long nextOffset = next.map(StoredBatch::baseOffset).orElse(stretch.nextBase());
        List<CorruptRange> found = new ArrayList<>(now.found());
        found.add(new CorruptRange(stretch.base(), now.position(), resumed, now.expectedOffset(), nextOffset));
        return new Progress(resumed, nextOffset, found);
    }

    /** Where the next right batch begins behind one that is wrong; the end if there is none. */
    private long resume(ScrubWindow window, Progress now) throws IOException {
        long at = now.position();
        Optional<StoredBatch> claimed = window.batchAt(at);
        while (claimed.isPresent()) {
            at += claimed.get().sizeInBytes();
            if (at == stretch.end() || isSound(window, at, now.expectedOffset()).isPresent()) {
                return at;
            }
            claimed = window.batchAt(at);
        }
        OptionalLong place = places.above(now.position());
        while (place.isPresent() && place.getAsLong() < stretch.end()) {
            if (isSound(window, place.getAsLong(), now.expectedOffset()).isPresent()) {
                return place.getAsLong();
            }
            place = places.above(place.getAsLong());
        }
        return stretch.end();
    }

    private Optional<StoredBatch> soundAt(ScrubWindow window, Progress now) throws IOException {
        Optional<StoredBatch> sound = isSound(window, now.position(), now.expectedOffset());
        boolean leavesGap = sound.isPresent() && sound.get().baseOffset() > now.expectedOffset();
        return leavesGap && fillsGap(window, now, sound.get()) ? Optional.empty() : sound;
    }

    /**
     * Whether the batch behind one that leaves a gap begins inside it. Then it is the first one's base offset that is
     * wrong, which no checksum covers.
     */
    private boolean fillsGap(ScrubWindow window, Progress now, StoredBatch first) throws IOException {
        long behind = now.position() + first.sizeInBytes();
        return isSound(window, behind, now.expectedOffset())
                .filter(second -> second.baseOffset() < first.nextOffset())
                .isPresent();
    }

    private Optional<StoredBatch> isSound(ScrubWindow window, long position, long expectedOffset) throws IOException {
        Optional<StoredBatch> batch = window.batchAt(position);
        boolean sound = batch.isPresent()
                && batch.get().baseOffset() >= expectedOffset
                && batch.get().nextOffset() <= stretch.nextBase()
                && isPossible(batch.get().leaderEpoch())
                && window.hasValidCrc(batch.get(), position);
        return sound ? batch : Optional.empty();
    }

    private boolean isPossible(int epoch) {
        return epoch >= -1
                && (stretch.latestEpoch().isEmpty()
                        || epoch <= stretch.latestEpoch().getAsInt());
    }
}
