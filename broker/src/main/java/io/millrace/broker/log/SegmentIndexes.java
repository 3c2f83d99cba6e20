package io.millrace.broker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two indexes of a segment and when a batch gets entries in them. What was on file is checked when first needed, and
 * made anew if anything about it is wrong.
 *
 * <p>Threading: one writer, which alone calls {@link #add} and what stands below it; any number of readers.
 */
final class SegmentIndexes {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentIndexes.class);

    /** A look-up reads so much at a time: as many bytes as lie between two entries, or fewer. */
    static final int LOOKUP_WINDOW = 1024;

    private static final int WALK_WINDOW = 1 << 16;

    private final Path directory;
    private final long baseOffset;
    private final int intervalBytes;
    private final OffsetIndex offsets;
    private final TimeIndex times;
    private volatile boolean loaded;
    private volatile LargestTimestamp largest = LargestTimestamp.NONE;
    private long unindexedBytes;

    /** @param intervalBytes so many bytes of batches go without an entry */
    SegmentIndexes(Path directory, long baseOffset, int intervalBytes) {
        this.directory = directory;
        this.baseOffset = baseOffset;
        this.intervalBytes = intervalBytes;
        this.offsets = new OffsetIndex(SegmentFiles.path(directory, baseOffset, OffsetIndex.SUFFIX), baseOffset);
        this.times = new TimeIndex(SegmentFiles.path(directory, baseOffset, TimeIndex.SUFFIX), baseOffset);
    }

    /** Starts with none, whatever is on file. */
    void create() throws IOException {
        clear();
        loaded = true;
    }

    /**
     * Reads what is on file, once; makes it anew from the batches if it is not right.
     *
     * @param damage what is known to be corrupt, which is passed over
     */
    void load(SharedFile file, long size, Damage damage) throws IOException {
        if (!loaded) {
            synchronized (this) {
                if (!loaded) {
                    if (!areWhole(size) || !areComplete(file, size, damage) || !loadTail(file, size, damage)) {
                        rebuild(file, size, damage);
                    }
                    loaded = true;
                }
            }
        }
    }

    boolean isLoaded() {
        return loaded;
    }

    /** A position from which on batches can be walked to find the one with this offset. */
    long positionBefore(long offset) throws IOException {
        return offsets.positionBefore(offset);
    }

    /** The first position above this one that has an entry. */
    OptionalLong positionAbove(long position) throws IOException {
        return offsets.positionAbove(position);
    }

    /** An offset such that no batch up to it has this timestamp or a later one. */
    long offsetBefore(long timestamp) throws IOException {
        return times.offsetBefore(timestamp);
    }

    LargestTimestamp largestTimestamp() {
        return largest;
    }

    boolean areFull(int maxBytes) {
        return offsets.isFull(maxBytes) || times.isFull(maxBytes);
    }

    /**
     * Where the walk to the end of a cleanly closed segment can begin: at the last entry of the offset index, of which
     * nothing else is looked at. -1 if the index is missing or does not fit the file.
     */
    long lastIndexedPosition(SharedFile file, long size, Damage damage) throws IOException {
        return offsets.load(size) && lastEntryFits(file, size, damage) ? offsets.lastPosition() : -1;
    }

    /** Notes a batch that was written at a position. */
    void add(StoredBatch batch, long position) {
        largest = largest.with(batch);
        if (unindexedBytes > intervalBytes) {
            offsets.add(batch.lastOffset(), (int) position);
            times.add(largest);
            unindexedBytes = 0;
        }
        unindexedBytes += batch.sizeInBytes();
    }

    /**
     * Forgets everything from an offset on, and everything if what is on file is not right.
     *
     * @return the position of the first batch that {@link #readd} has to be told of
     */
    long cut(SharedFile file, long size, Damage damage, long offset) throws IOException {
        boolean usable = areWhole(size);
        if (usable) { // first: what they say of batches behind is not asked for, and those may be broken
            offsets.truncateFrom(offset);
            times.truncateFrom(offset);
        }
        if (!usable || !areComplete(file, size, damage)) {
            clear();
        }
        largest = times.largest();
        unindexedBytes = 0;
        loaded = true;
        return offsets.lastPosition();
    }

    /** Notes a batch again after a {@link #cut}; the first may still have its entry. */
    void readd(StoredBatch batch, long position) throws IOException {
        if (unindexedBytes == 0 && batch.lastOffset() == offsets.lastOffset()) {
            unindexedBytes = batch.sizeInBytes();
        } else {
            add(batch, position);
        }
    }

    /** Brings the files up to date. Works beside {@link #add}. */
    void persist() throws IOException {
        if (loaded) {
            offsets.persist();
            times.persist();
        }
    }

    /** Completes the indexes with the largest timestamp and brings the files up to date. */
    void complete() throws IOException {
        if (loaded) {
            times.add(largest);
            persist();
        }
    }

    /** Completes the indexes and lets go of the memory: no batch will follow. */
    void seal() throws IOException {
        times.add(largest);
        offsets.seal();
        times.seal();
    }

    /** The files have a suffix from now on. */
    void renamed(String fate) {
        offsets.renamed(SegmentFiles.path(directory, baseOffset, OffsetIndex.SUFFIX + fate));
        times.renamed(SegmentFiles.path(directory, baseOffset, TimeIndex.SUFFIX + fate));
    }

    private void clear() throws IOException {
        offsets.clear();
        times.clear();
        largest = LargestTimestamp.NONE;
        unindexedBytes = 0;
    }

    private boolean areWhole(long size) throws IOException {
        return offsets.load(size) && times.load() && offsets.isAscending() && times.isAscending();
    }

    /**
     * Whether neither lost its end; nobody syncs them, and a power failure may leave one of them empty or short.
     *
     * <p>The last entry of the offset index has to name a batch that is there; {@link #loadTail} sees how much lies
     * behind it. The time index is believed up to the offset that its last entry speaks of, and the headers from there
     * to the offset index's last entry are read: a later time among them had an entry once. Where times rise that is an
     * interval or two; a segment with its latest record far in front is read once per start, when first needed.
     */
    private boolean areComplete(SharedFile file, long size, Damage damage) throws IOException {
        return lastEntryFits(file, size, damage) && !hasLaterThanNoted(file, size, damage);
    }

    private boolean lastEntryFits(SharedFile file, long size, Damage damage) throws IOException {
        if (offsets.lastOffset() < 0) {
            return true;
        }
        BatchScan scan = scan(file, offsets.lastPosition(), size, LOOKUP_WINDOW, damage);
        return scan.next() && scan.batch().lastOffset() == offsets.lastOffset();
    }

    private boolean hasLaterThanNoted(SharedFile file, long size, Damage damage) throws IOException {
        LargestTimestamp noted = times.largest();
        long last = offsets.lastOffset();
        if (noted.offset() >= last) {
            return false;
        }
        long from = offsets.positionBefore(noted.offset());
        int window = offsets.lastPosition() - from > WALK_WINDOW ? WALK_WINDOW : LOOKUP_WINDOW;
        BatchScan scan = scan(file, from, size, window, damage);
        while (scan.next() && scan.batch().lastOffset() <= last) {
            if (scan.batch().maxTimestamp() > noted.timestamp()) {
                return true;
            }
        }
        return false;
    }

    /** Learns what the batches behind the last entry say. False if one of them should have had an entry. */
    private boolean loadTail(SharedFile file, long size, Damage damage) throws IOException {
        LargestTimestamp found = times.largest();
        long bytes = 0;
        BatchScan scan = scan(file, offsets.lastPosition(), size, LOOKUP_WINDOW, damage);
        while (scan.next()) {
            if (bytes > intervalBytes) {
                return false;
            }
            found = found.with(scan.batch());
            bytes += scan.batch().sizeInBytes();
        }
        largest = found;
        unindexedBytes = bytes;
        return true;
    }

    private void rebuild(SharedFile file, long size, Damage damage) throws IOException {
        LOG.info("{}: making the indexes of segment {} anew from its {} bytes", directory, baseOffset, size);
        clear();
        BatchScan scan = scan(file, 0, size, WALK_WINDOW, damage);
        while (scan.next()) {
            add(scan.batch(), scan.position());
        }
    }

    private static BatchScan scan(SharedFile file, long from, long to, int window, Damage damage) throws IOException {
        return new BatchScan(file.channel(), from, to, ByteBuffer.allocate(window), damage);
    }
}
