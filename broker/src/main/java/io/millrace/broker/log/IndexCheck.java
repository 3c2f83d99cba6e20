package io.millrace.broker.log;

import io.millrace.broker.log.IndexFiles.OffsetEntry;
import io.millrace.broker.log.IndexFiles.TimeEntry;
import io.millrace.broker.log.SegmentCheck.Flaw;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Holds a segment's indexes against the batches that go by: whether a look-up through them finds what is asked for.
 *
 * <p>An offset's entry must name a position at which a batch begins, with nothing of that offset or a later one in front
 * of it; a time's entry must not promise that nothing is later when something is. Behind corrupt bytes nothing can be said
 * of the entries that point into them. Threading: one thread's.
 */
final class IndexCheck {
    /** More than a few say no more. */
    private static final int MOST_FLAWS = 10;

    private final Optional<Path> offsetFile;
    private final Optional<Path> timeFile;
    private final List<OffsetEntry> offsets;
    private final List<TimeEntry> times;
    private final List<Flaw> flaws = new ArrayList<>();
    private int nextOffset;
    private int nextTime;
    private long lastOffset;
    private long maxTimestamp = -1;
    private boolean gaps;

    private IndexCheck(
            Optional<Path> offsetFile,
            List<OffsetEntry> offsets,
            Optional<Path> timeFile,
            List<TimeEntry> times,
            long base) {
        this.offsetFile = offsetFile;
        this.offsets = offsets;
        this.timeFile = timeFile;
        this.times = times;
        this.lastOffset = base - 1;
    }

    static IndexCheck open(Path log, long base) throws IOException {
        Optional<Path> offsetFile = SegmentInspector.sibling(log, OffsetIndex.SUFFIX);
        Optional<Path> timeFile = SegmentInspector.sibling(log, TimeIndex.SUFFIX);
        List<OffsetEntry> offsets = offsetFile.isPresent() ? IndexFiles.offsets(offsetFile.get(), base) : List.of();
        List<TimeEntry> times = timeFile.isPresent() ? IndexFiles.times(timeFile.get(), base) : List.of();
        return new IndexCheck(offsetFile, offsets, timeFile, times, base);
    }

    /** The first position above this one that the index names. */
    OptionalLong positionAbove(long position) {
        int low = 0;
        int high = offsets.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (offsets.get(middle).position() <= position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < offsets.size() ? OptionalLong.of(offsets.get(low).position()) : OptionalLong.empty();
    }

    /** A right batch. */
    void batch(long position, StoredBatch batch) {
        while (nextOffset < offsets.size() && offsets.get(nextOffset).position() <= position) {
            OffsetEntry entry = offsets.get(nextOffset);
            if (entry.position() < position) {
                flaw(nextOffset, entry, "it names position " + entry.position() + ", where no batch begins");
            } else if (entry.offset() <= lastOffset || entry.offset() < batch.baseOffset()) {
                flaw(
                        nextOffset,
                        entry,
                        "it says " + entry.offset() + ", and the batch there begins with " + batch.baseOffset());
            }
            nextOffset++;
        }
        timesBefore(batch.baseOffset());
        lastOffset = batch.lastOffset();
        maxTimestamp = Math.max(maxTimestamp, batch.maxTimestamp());
    }

    private void timesBefore(long offset) {
        while (nextTime < times.size() && times.get(nextTime).offset() < offset) {
            TimeEntry entry = times.get(nextTime);
            if (entry.timestamp() < maxTimestamp && !gaps) {
                flaw(
                        nextTime,
                        entry,
                        "it says that nothing up to offset " + entry.offset() + " is later than " + entry.timestamp()
                                + ", and something is from " + maxTimestamp);
            }
            nextTime++;
        }
    }

    /** Bytes that are no batches: entries that point into them say nothing. */
    void gap(CorruptRange range) {
        gaps = true;
        while (nextOffset < offsets.size() && offsets.get(nextOffset).position() < range.end()) {
            nextOffset++;
        }
        lastOffset = range.nextOffset() - 1;
    }

    /** What was wrong, now that all batches have gone by. */
    List<Flaw> finish() {
        while (nextOffset < offsets.size()) {
            OffsetEntry entry = offsets.get(nextOffset);
            if (!gaps) {
                flaw(nextOffset, entry, "it names position " + entry.position() + ", where no batch begins");
            }
            nextOffset++;
        }
        timesBefore(Long.MAX_VALUE);
        return flaws;
    }

    private void flaw(int place, OffsetEntry entry, String why) {
        add(new Flaw(
                offsetFile.orElseThrow(),
                (long) place * OffsetIndex.ENTRY_SIZE,
                (place + 1L) * OffsetIndex.ENTRY_SIZE,
                entry.offset(),
                entry.offset(),
                why,
                false));
    }

    private void flaw(int place, TimeEntry entry, String why) {
        add(new Flaw(
                timeFile.orElseThrow(),
                (long) place * TimeIndex.ENTRY_SIZE,
                (place + 1L) * TimeIndex.ENTRY_SIZE,
                entry.offset(),
                entry.offset(),
                why,
                false));
    }

    private void add(Flaw flaw) {
        if (flaws.size() < MOST_FLAWS) {
            flaws.add(flaw);
        }
    }
}
