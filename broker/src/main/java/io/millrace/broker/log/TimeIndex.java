package io.millrace.broker.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * From what offset on a segment can hold a timestamp: entries of (i64 timestamp, i32 offset - base), meaning "up to this
 * offset nothing is later than this". The last entry of a sealed segment has its largest timestamp.
 *
 * <p>Threading: as {@link SparseIndex}.
 */
final class TimeIndex implements Closeable {
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
        int place = entries.floor(timestamp - 1);
        return place < 0 ? baseOffset : baseOffset + entries.valueAt(place);
    }

    /** What the last entry says. */
    LargestTimestamp largest() throws IOException {
        int count = entries.count();
        return count == 0
                ? LargestTimestamp.NONE
                : new LargestTimestamp(entries.keyAt(count - 1), baseOffset + entries.valueAt(count - 1));
    }

    /** Drops the entries that speak of this offset or a later one. */
    void truncateFrom(long offset) throws IOException {
        int count = entries.count();
        while (count > 0 && baseOffset + entries.valueAt(count - 1) >= offset) {
            count--;
        }
        entries.truncate(count);
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

    @Override
    public void close() throws IOException {
        entries.close();
    }
}
