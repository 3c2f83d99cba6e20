package io.millrace.broker.log;

import io.millrace.broker.log.SegmentScrub.Progress;
import io.millrace.broker.log.SegmentScrub.Stretch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/**
 * Reads one segment with its indexes from begin to end, for tools, and says what is wrong with which batch. Changes
 * nothing.
 *
 * <p>Threading: one thread's; several of these run side by side.
 */
public final class SegmentCheck {
    private static final int WINDOW = 1 << 20;

    /** So many bytes between two words of progress. */
    private static final long STRIDE = 1 << 20;

    /**
     * Something that is not as it was written.
     *
     * @param file the one that is wrong
     * @param position in it, of the first wrong byte's batch or entry
     * @param end behind the last one
     * @param firstOffset the first that cannot be read; of an index what its entry says
     * @param nextOffset the first that can be read again
     * @param unfinished whether it is the end of a log that a stop has cut off, which a start clears away
     */
    public record Flaw(
            Path file, long position, long end, long firstOffset, long nextOffset, String why, boolean unfinished) {}

    /**
     * What was found.
     *
     * @param bytes of the {@code .log}
     * @param batches that are right
     * @param nextOffset behind the last batch
     */
    public record Result(Path log, long bytes, long batches, long nextOffset, List<Flaw> flaws) {}

    private final Path log;
    private final long base;
    private final OptionalLong nextBase;
    private final LongConsumer progress;
    private final List<Flaw> flaws = new ArrayList<>();

    /**
     * @param nextBase where the segment behind this one begins; empty for the last one of a log
     * @param progress is told of bytes that were read
     */
    public SegmentCheck(Path log, OptionalLong nextBase, LongConsumer progress) {
        this.log = log;
        this.base = SegmentInspector.baseOffset(log)
                .orElseThrow(() -> new IllegalArgumentException(log + " is not named as a segment"));
        this.nextBase = nextBase;
        this.progress = progress;
    }

    /** Reads it all. */
    public Result run() throws IOException {
        long size = Files.size(log);
        IndexCheck index = IndexCheck.open(log, base);
        long batches = 0;
        Progress now = Progress.begin(base);
        try (UncachedFile file = UncachedFile.open(log)) {
            ScrubWindow window = new ScrubWindow(file, size, WINDOW);
            Stretch stretch =
                    new Stretch(base, size, nextBase.orElse(Long.MAX_VALUE), Long.MAX_VALUE, OptionalInt.empty());
            SegmentScrub scrub = new SegmentScrub(stretch, index::positionAbove);
            long told = 0;
            while (!scrub.isDone(now)) {
                Optional<StoredBatch> batch = window.batchAt(now.position());
                Progress next = scrub.advance(now, window, 1);
                if (next.found().size() > now.found().size()) {
                    CorruptRange range = next.found().get(next.found().size() - 1);
                    flaws.add(flaw(range, batch, window, size));
                    index.gap(range);
                    next = new Progress(
                            next.position(), next.expectedOffset(), List.of()); // or the list grows and grows
                } else {
                    batches++;
                    index.batch(now.position(), batch.orElseThrow());
                }
                now = next;
                if (now.position() - told >= STRIDE) {
                    progress.accept(now.position() - told);
                    told = now.position();
                }
            }
            progress.accept(size - told);
        }
        long nextOffset = now.expectedOffset() == Long.MAX_VALUE // what lies at the end is none
                ? flaws.get(flaws.size() - 1).firstOffset()
                : now.expectedOffset();
        flaws.addAll(index.finish());
        return new Result(log, size, batches, nextOffset, List.copyOf(flaws));
    }

    private Flaw flaw(CorruptRange range, Optional<StoredBatch> batch, ScrubWindow window, long size)
            throws IOException {
        boolean reachesEnd = range.end() == size;
        boolean cutOff = batch.isEmpty() && window.isCutOffAt(range.position());
        return new Flaw(
                log,
                range.position(),
                range.end(),
                range.firstOffset(),
                reachesEnd && nextBase.isEmpty() ? -1 : range.nextOffset(),
                why(range, batch, window, cutOff, size),
                reachesEnd && nextBase.isEmpty() && cutOff);
    }

    private String why(CorruptRange range, Optional<StoredBatch> found, ScrubWindow window, boolean cutOff, long size)
            throws IOException {
        if (found.isEmpty()) {
            return cutOff
                    ? "the file ends " + (size - range.position()) + " bytes into a batch"
                    : "these bytes are no batch header";
        }
        StoredBatch batch = found.get();
        int computed = window.checksum(batch, range.position());
        if (computed != batch.crc()) {
            return String.format("its checksum is %08x, its bytes give %08x", batch.crc(), computed);
        }
        if (batch.baseOffset() < range.firstOffset()) {
            return "its offset " + batch.baseOffset() + " comes after " + (range.firstOffset() - 1);
        }
        if (batch.nextOffset() > nextBase.orElse(Long.MAX_VALUE)) {
            return "its last offset " + batch.lastOffset() + " belongs into the next segment, which begins with "
                    + nextBase.getAsLong();
        }
        return "its offset " + batch.baseOffset() + " cannot be here: the next batch begins in front of its end";
    }
}
