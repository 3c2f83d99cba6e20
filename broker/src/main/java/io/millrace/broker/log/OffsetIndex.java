package io.millrace.broker.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Where in a segment's file an offset lies, roughly: entries of (i32 last offset of a batch - base, i32 position of that
 * batch), one for about every {@code index.interval.bytes}.
 *
 * <p>Threading: as {@link SparseIndex}.
 */
final class OffsetIndex {
    static final String SUFFIX = ".index";
    static final int ENTRY_SIZE = 8;

    private final SparseIndex entries;
    private final long baseOffset;

    OffsetIndex(Path file, long baseOffset) {
        this.entries = new SparseIndex(file, Integer.BYTES);
        this.baseOffset = baseOffset;
    }

    /**
     * Takes over what is on file. Looks at its end only.
     *
     * @param segmentSize bytes of the segment
     * @return whether it can be the index of such a segment
     */
    boolean load(long segmentSize) throws IOException {
        return entries.load() && lastPosition() >= 0 && lastPosition() < Math.max(segmentSize, 1);
    }

    boolean isAscending() throws IOException {
        return entries.isAscending();
    }

    void add(long lastOffset, int position) {
        entries.add(lastOffset - baseOffset, position);
    }

    boolean isFull(int maxBytes) {
        return entries.count() >= maxBytes / ENTRY_SIZE;
    }

    /** A position from which on batches can be walked to find the one with this offset. */
    long positionBefore(long offset) throws IOException {
        return entries.floor(offset - baseOffset).map(SparseIndex.Entry::value).orElse(0);
    }

    /** The first position above this one that has an entry. */
    OptionalLong positionAbove(long position) throws IOException {
        return entries.firstValueAbove(position);
    }

    /** The position in the last entry, or 0. */
    long lastPosition() throws IOException {
        return entries.last().map(SparseIndex.Entry::value).orElse(0);
    }

    /** The offset in the last entry, or -1. */
    long lastOffset() throws IOException {
        return entries.last().map(entry -> baseOffset + entry.key()).orElse(-1L);
    }

    /** Drops the entries of batches that end at this offset or later. */
    void truncateFrom(long offset) throws IOException {
        entries.truncate(entries.floor(offset - baseOffset - 1)
                .map(entry -> entry.place() + 1)
                .orElse(0));
    }

    void clear() throws IOException {
        entries.clear();
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
