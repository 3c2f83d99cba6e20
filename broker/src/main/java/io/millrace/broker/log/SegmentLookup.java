package io.millrace.broker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Finds batches in a segment by offset and by time, through its indexes and from there on by the headers in the file. What
 * is known to be damaged is passed over.
 *
 * <p>Threading: as a reader of the {@link Segment}, which the caller holds.
 */
final class SegmentLookup {
    static final int WALK_WINDOW = 1 << 16;

    private final Segment segment;
    private final SharedFile file;
    private final SegmentIndexes indexes;

    /** All three are the segment's. */
    SegmentLookup(Segment segment, SharedFile file, SegmentIndexes indexes) {
        this.segment = segment;
        this.file = file;
        this.indexes = indexes;
    }

    /**
     * The end of a cleanly closed segment.
     *
     * @param nextOffset behind the last batch
     * @param epoch that the last two batches have in common, so that neither is in doubt; none if it is not known
     */
    record End(long nextOffset, OptionalInt epoch) {}

    /** Where a cleanly closed segment ends; none if that is not as a clean close leaves it. */
    Optional<End> findEnd() throws IOException {
        if (segment.size() == 0) {
            return Optional.of(new End(segment.baseOffset(), OptionalInt.empty()));
        }
        long from = indexes.lastIndexedPosition(file, segment.size(), segment.damage());
        if (from < 0) {
            return Optional.empty();
        }
        BatchScan scan = scan(from, SegmentIndexes.LOOKUP_WINDOW);
        long end = segment.baseOffset();
        OptionalInt epoch = OptionalInt.empty();
        boolean isCommon = false;
        while (scan.next()) {
            end = scan.batch().nextOffset();
            OptionalInt next = OptionalInt.of(scan.batch().leaderEpoch());
            isCommon = next.equals(epoch);
            epoch = next;
        }
        end = Math.max(end, segment.damage().nextOffset()); // offsets that were lost are not given again
        return scan.nextPosition() == segment.size()
                ? Optional.of(new End(end, isCommon ? epoch : OptionalInt.empty()))
                : Optional.empty();
    }

    /**
     * The first batch whose last offset is not below this one. An entry of the index names the last offset of the batch at
     * its position; if that batch begins behind what is looked for, or there is none, the entry is damaged, and all batches
     * are walked instead: nobody is to skip records without knowing.
     */
    Optional<Segment.Place> find(long offset) throws IOException {
        indexes.load(file, segment.size(), segment.damage());
        long from = indexes.positionBefore(offset);
        BatchScan scan = scan(from, SegmentIndexes.LOOKUP_WINDOW);
        Optional<Segment.Place> found = first(scan, offset);
        boolean isMisled = found.isPresent()
                ? found.get().position() == from && found.get().batch().baseOffset() > offset
                : scan.nextPosition() == from && from < segment.size();
        return isMisled && from > 0 ? first(scan(0, WALK_WINDOW), offset) : found;
    }

    private static Optional<Segment.Place> first(BatchScan scan, long offset) throws IOException {
        while (scan.next()) {
            if (scan.batch().lastOffset() >= offset) {
                return Optional.of(new Segment.Place(scan.batch(), scan.position()));
            }
        }
        return Optional.empty();
    }

    /** The first batch, not below the one with this offset, that has this timestamp or a later one. */
    Optional<Segment.Place> findByTime(long timestamp, long fromOffset) throws IOException {
        indexes.load(file, segment.size(), segment.damage());
        long from = Math.max(indexes.offsetBefore(timestamp), fromOffset);
        BatchScan scan = scan(indexes.positionBefore(from), WALK_WINDOW);
        while (scan.next()) {
            if (scan.batch().lastOffset() >= fromOffset && scan.batch().maxTimestamp() >= timestamp) {
                return Optional.of(new Segment.Place(scan.batch(), scan.position()));
            }
        }
        return Optional.empty();
    }

    /** Tells of all batches from the one with this offset on, in order, by their headers. */
    void walk(long fromOffset, Consumer<StoredBatch> each) throws IOException {
        indexes.load(file, segment.size(), segment.damage());
        BatchScan scan = scan(indexes.positionBefore(fromOffset), WALK_WINDOW);
        while (scan.next()) {
            if (scan.batch().lastOffset() >= fromOffset) {
                each.accept(scan.batch());
            }
        }
    }

    /** The batches in front of an offset that begin in about the last so many bytes there. */
    void walkTail(long beforeOffset, long bytes, Consumer<StoredBatch> each) throws IOException {
        indexes.load(file, segment.size(), segment.damage());
        long end = indexes.positionBefore(beforeOffset);
        long from = end <= bytes ? 0 : indexes.positionAbove(end - bytes).orElse(end);
        BatchScan scan = scan(from, WALK_WINDOW);
        while (scan.next() && scan.batch().lastOffset() < beforeOffset) {
            each.accept(scan.batch());
        }
    }

    /** Where the offset index says that a batch begins, not behind the one with this offset; 0 if it says nothing. */
    long positionBefore(long offset) throws IOException {
        indexes.load(file, segment.size(), segment.damage());
        return indexes.positionBefore(offset);
    }

    /** The first position above this one where the offset index says that a batch begins. */
    OptionalLong positionAbove(long position) throws IOException {
        indexes.load(file, segment.size(), segment.damage());
        return indexes.positionAbove(position);
    }

    /** The batches from a position on, which must be one of a batch. */
    BatchScan scan(long from, int window) throws IOException {
        return new BatchScan(file.channel(), from, segment.size(), ByteBuffer.allocate(window), segment.damage());
    }
}
