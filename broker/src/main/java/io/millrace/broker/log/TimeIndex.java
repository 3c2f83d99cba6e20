package io.millrace.broker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * From what offset on a segment can hold a timestamp: entries of (i64 timestamp, i32 offset - base), meaning "up to this
 * offset nothing is later than this". The last entry of a sealed segment has its largest timestamp.
 *
 * <p>Threading: as {@link SparseIndex}.
 */
final class TimeIndex {
    static final String SUFFIX = ".timeindex";
    static final int ENTRY_SIZE = 12;

    private final SparseIndex entries;
    private final long baseOffset;
    private long lastTimestamp = -1;

    TimeIndex(Path file, long baseOffset) {
        this.entries = new SparseIndex(file, Long.BYTES);
        this.baseOffset = baseOffset;
    }

    /** Takes over what is on file. Looks at its end only. False if it cannot be such an index. */
    boolean load() throws IOException {
        boolean whole = entries.load();
        lastTimestamp = largest().timestamp();
        return whole;
    }

    boolean isAscending() throws IOException {
        return entries.isAscending();
    }

    /** Notes the largest timestamp so far, if it is larger than what was noted before. */
    void add(LargestTimestamp largest) {
        if (largest.timestamp() > lastTimestamp) {
            entries.add(largest.timestamp(), (int) (largest.offset() - baseOffset));
            lastTimestamp = largest.timestamp();
        }
    }

    boolean isFull(int maxBytes) {
        return entries.count() >= maxBytes / ENTRY_SIZE;
    }

    /** An offset such that no batch up to it has this timestamp or a later one; the base offset if none is known. */
    long offsetBefore(long timestamp) throws IOException {
        return baseOffset
                + entries.floor(timestamp - 1).map(SparseIndex.Entry::value).orElse(0);
    }

    /** What the last entry says. */
    LargestTimestamp largest() throws IOException {
        return entries.last()
                .map(entry -> new LargestTimestamp(entry.key(), baseOffset + entry.value()))
                .orElse(LargestTimestamp.NONE);
    }

    /** Drops the entries that speak of this offset or a later one. */
    void truncateFrom(long offset) throws IOException {
        Optional<SparseIndex.Entry> last = entries.last();
        while (last.isPresent() && baseOffset + last.get().value() >= offset) {
            entries.truncate(last.get().place());
            last = entries.last();
        }
        lastTimestamp = largest().timestamp();
    }

    void clear() throws IOException {
        entries.clear();
        lastTimestamp = -1;
    }

    void persist() throws IOException {
        entries.persist();
    }

    void seal() throws IOException {
        entries.seal();
    }

    void renamed(Path to) {
        entries.renamed(to);
    }
}
