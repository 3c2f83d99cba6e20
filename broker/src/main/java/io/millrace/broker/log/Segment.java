package io.millrace.broker.log;

import io.millrace.protocol.record.FileSlice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * A stretch of a log: one file of batches and two indexes into it. Nothing is opened before it is needed.
 *
 * <p>Threading: one writer, any number of readers. A reader must {@link #hold} the segment while it is inside; a slice
 * that it was given holds it until released. What was retired closes its files when nobody holds it.
 */
final class Segment {
    /** Where a batch lies. */
    record Place(StoredBatch batch, long position) {}

    private final Path directory;
    private final long baseOffset;
    private final SegmentIndexes indexes;
    private final SharedFile file;
    private final SegmentLookup lookup;
    private volatile long size;
    private volatile Damage damage = Damage.NONE;
    private volatile int rewrites;
    private boolean nameSynced; // changed by one flush at a time
    private long firstTimestamp = -1;

    private Segment(Path directory, long baseOffset, long size, int indexIntervalBytes) {
        this.directory = directory;
        this.baseOffset = baseOffset;
        this.size = size;
        this.indexes = new SegmentIndexes(directory, baseOffset, indexIntervalBytes);
        this.file = new SharedFile(SegmentFiles.path(directory, baseOffset, SegmentFiles.LOG));
        this.lookup = new SegmentLookup(this, file, indexes);
    }

    /** A new and empty one; what files of its name hold is dropped. */
    static Segment create(Path directory, long baseOffset, int indexIntervalBytes) throws IOException {
        Segment segment = new Segment(directory, baseOffset, 0, indexIntervalBytes);
        segment.file.create();
        segment.indexes.create();
        return segment;
    }

    /** One whose file is there; nothing but its size is looked at. */
    static Segment stored(Path directory, long baseOffset, int indexIntervalBytes) throws IOException {
        long size = Files.size(SegmentFiles.path(directory, baseOffset, SegmentFiles.LOG));
        Segment segment = new Segment(directory, baseOffset, size, indexIntervalBytes);
        segment.nameSynced = true;
        return segment;
    }

    long baseOffset() {
        return baseOffset;
    }

    /** Finds batches in it. */
    SegmentLookup lookup() {
        return lookup;
    }

    /** Bytes of whole batches in the file. */
    long size() {
        return size;
    }

    /**
     * Reads all batches from the recovery point on, makes their index entries anew, and cuts the file in front of the
     * first that is not whole, wrong in its checksum or not ascending.
     *
     * @param recoveryPoint an offset below which no batch can be damaged
     * @param window to read through
     * @param each is told of every batch that is right, perhaps of some below the recovery point, too
     * @return the offset behind the last one; the segment's base if there is none
     */
    long recover(long recoveryPoint, ByteBuffer window, Consumer<StoredBatch> each) throws IOException {
        long valid = indexes.cut(file, size, damage, recoveryPoint);
        long end = baseOffset;
        BatchScan scan = new BatchScan(file.channel(), valid, size, window, damage);
        valid = scan.nextPosition();
        long last = -1; // position of the last batch
        long gap = -1; // the first offset that it leaves out
        while (scan.next()) {
            StoredBatch batch = scan.batch();
            boolean fillsGap = gap >= 0 && batch.baseOffset() >= gap && batch.baseOffset() < end;
            if (fillsGap
                    && scan.hasValidCrc()) { // no checksum covers a base offset: it is the last one's that is wrong
                cutFile(last);
                return recover(Math.min(recoveryPoint, gap), window, each);
            }
            if (batch.baseOffset() < end
                    || batch.lastOffset() - baseOffset > Integer.MAX_VALUE
                    || (batch.lastOffset() >= recoveryPoint && !scan.hasValidCrc())) {
                break;
            }
            indexes.readd(batch, scan.position());
            gap = last >= 0 && batch.baseOffset() > end ? end : -1;
            last = scan.position();
            end = batch.nextOffset();
            valid = scan.nextPosition();
            each.accept(batch);
        }
        if (valid < size) {
            cutFile(valid);
        }
        return Math.max(end, damage.nextOffset());
    }

    private void cutFile(long position) throws IOException {
        file.channel().truncate(position);
        size = position;
        damage = damage.below(position);
    }

    /** Writes batches at the end. Readers see them once {@link #size} has grown, which comes last. */
    void append(ByteBuffer bytes, List<StoredBatch> batches) throws IOException {
        indexes.load(file, size, damage);
        long position = size;
        FileChannel channel = file.channel();
        int first = bytes.position();
        try {
            for (long at = position; bytes.hasRemaining(); ) {
                at += channel.write(bytes, at);
            }
        } catch (IOException e) {
            cutBack(channel, e);
            throw e;
        } finally {
            bytes.position(first); // as it was; cheaper than a duplicate for every batch
        }
        for (StoredBatch batch : batches) {
            if (position == 0) {
                firstTimestamp = batch.maxTimestamp();
            }
            indexes.add(batch, position);
            position += batch.sizeInBytes();
        }
        size = position;
    }

    /** Writes bytes once more that were damaged in the file, and brings them to the disk. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer, under the log's lock
    void rewrite(ByteBuffer bytes, long position) throws IOException {
        FileChannel channel = file.channel();
        for (long at = position; bytes.hasRemaining(); ) {
            at += channel.write(bytes, at);
        }
        LostWriteException.force(channel, false);
        rewrites++;
    }

    /** Changes when bytes that were there are others: who has copied them has to do so again. */
    int rewrites() {
        return rewrites;
    }

    /** Whether its file is open and its indexes are in memory. */
    boolean isLoaded() {
        return indexes.isLoaded();
    }

    /** Takes what was written of a batch off the file again. */
    private void cutBack(FileChannel channel, IOException failure) throws IOException {
        try {
            channel.truncate(size);
        } catch (IOException e) {
            e.addSuppressed(failure);
            throw new LostWriteException("Cannot cut off what was written in part: " + e.getMessage(), e);
        }
    }

    boolean hasFullIndex(int maxBytes) throws IOException {
        indexes.load(file, size, damage);
        return indexes.areFull(maxBytes);
    }

    /** Whether {@link #firstTimestamp} is answered from memory. */
    boolean knowsFirstTimestamp() {
        return firstTimestamp >= 0;
    }

    /** The largest timestamp of the first batch, or -1. For the writer. */
    long firstTimestamp() throws IOException {
        if (firstTimestamp < 0 && size > 0) {
            BatchScan scan = lookup.scan(0, SegmentIndexes.LOOKUP_WINDOW);
            firstTimestamp = scan.next() ? scan.batch().maxTimestamp() : -1;
        }
        return firstTimestamp;
    }

    LargestTimestamp largestTimestamp() throws IOException {
        indexes.load(file, size, damage);
        return indexes.largestTimestamp();
    }

    /** When the file was last written to, in ms. */
    long lastModified() throws IOException {
        return Files.getLastModifiedTime(SegmentFiles.path(directory, baseOffset, SegmentFiles.LOG))
                .toMillis();
    }

    /** All batches from the first on, without a look at the indexes, save those in a damage. */
    BatchScan batches(Damage passedOver) throws IOException {
        return new BatchScan(file.channel(), 0, size, ByteBuffer.allocate(SegmentLookup.WALK_WINDOW), passedOver);
    }

    /** A copy of a batch. */
    ByteBuffer read(Place place) throws IOException {
        return read(place.position(), place.batch().sizeInBytes());
    }

    /** A copy of a stretch of the file. */
    ByteBuffer read(long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        BatchScan.readFully(file.channel(), bytes, position);
        return bytes.flip();
    }

    /** Fills a buffer with what lies behind a position; nothing may be missing there. */
    void copyInto(ByteBuffer buffer, long position) throws IOException {
        BatchScan.readFully(file.channel(), buffer, position);
    }

    /** Bytes of the file, while the caller holds the segment; {@code closer} as in {@link SharedFile#slice}. */
    FileSlice slice(long position, int length, Executor closer) throws IOException {
        return file.slice(position, length, closer);
    }

    /** False if the segment is closed for good: then the log has a newer list of segments. */
    boolean hold() {
        return file.hold();
    }

    void release() {
        file.release();
    }

    /** The log lets go of the segment. True if nobody else held it, so that its files are closed. */
    boolean retire() {
        return file.release();
    }

    /** No batch will follow: indexes are completed and their memory freed. */
    void seal() throws IOException {
        indexes.load(file, size, damage);
        indexes.seal();
    }

    /** Has the index files say what is known by now. */
    void persistIndexes() throws IOException {
        if (size > 0) {
            indexes.persist();
        }
    }

    /**
     * Brings all that was appended to the disk for good. Works beside an append.
     *
     * @return whether the files' names are new, so that the directory has to be brought there, too
     */
    boolean flush() throws IOException {
        if (size > 0) {
            indexes.persist();
        }
        LostWriteException.force(file.channel(), false);
        boolean isNew = !nameSynced;
        nameSynced = true;
        return isNew;
    }

    /** Completes what a clean start trusts. */
    void finish() throws IOException {
        if (size > 0) {
            indexes.complete();
        }
    }

    /** Gives all files of the segment a suffix, and returns them. Slices stay readable. */
    List<Path> rename(String fate) throws IOException {
        return rename(SegmentFiles.OF_SEGMENT, fate);
    }

    /** As {@link #rename}, save the file of one kind. */
    List<Path> renameBut(String kept, String fate) throws IOException {
        List<String> kinds = SegmentFiles.OF_SEGMENT.stream()
                .filter(kind -> !kind.equals(kept))
                .toList();
        return rename(kinds, fate);
    }

    private List<Path> rename(List<String> kinds, String fate) throws IOException {
        List<Path> renamed = new ArrayList<>();
        for (String kind : kinds) {
            Path from = SegmentFiles.path(directory, baseOffset, kind);
            Path to = SegmentFiles.path(directory, baseOffset, kind + fate);
            if (Files.exists(from)) {
                // over one of the same name, if the log was cut and written anew in the meantime
                Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
                renamed.add(to);
            }
        }
        file.renamed(SegmentFiles.path(directory, baseOffset, SegmentFiles.LOG + fate));
        indexes.renamed(fate);
        return renamed;
    }

    /** Shuts readers out for {@link #cutOff}; false if somebody is reading: then {@link #copyUpTo} has to do. */
    boolean seize() {
        return file.seize();
    }

    /**
     * Cuts the file itself, which was seized. What is returned has this one's place. Nothing is brought to the disk: it may
     * be much, and what comes back after a power failure is above the recovery point and of an older leader epoch.
     */
    Segment cutOff(long position, int indexIntervalBytes) throws IOException {
        try {
            Files.deleteIfExists(SegmentFiles.path(directory, baseOffset, OffsetIndex.SUFFIX));
            Files.deleteIfExists(SegmentFiles.path(directory, baseOffset, TimeIndex.SUFFIX));
            file.channel().truncate(position);
        } catch (IOException e) {
            file.giveBack();
            throw e;
        }
        file.closeSeized();
        return replacement(indexIntervalBytes);
    }

    /** Copies what lies in front of a position, for {@link #replaceBy}. */
    Path copyUpTo(long position) throws IOException {
        Path copy = SegmentFiles.path(directory, baseOffset, SegmentFiles.LOG + SegmentFiles.TEMPORARY);
        try (FileChannel out = FileChannel.open(
                copy, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (long at = 0; at < position; ) {
                at += file.channel().transferTo(at, position - at, out);
            }
            out.force(true);
        } catch (IOException e) {
            Files.deleteIfExists(copy);
            throw e;
        }
        return copy;
    }

    /** Makes a copy this segment's file. What is returned has this one's place; slices of this one stay readable. */
    Segment replaceBy(Path copy, int indexIntervalBytes) throws IOException {
        Files.deleteIfExists(SegmentFiles.path(directory, baseOffset, OffsetIndex.SUFFIX));
        Files.deleteIfExists(SegmentFiles.path(directory, baseOffset, TimeIndex.SUFFIX));
        Files.move(copy, SegmentFiles.path(directory, baseOffset, SegmentFiles.LOG), StandardCopyOption.ATOMIC_MOVE);
        return replacement(indexIntervalBytes);
    }

    private Segment replacement(int indexIntervalBytes) throws IOException {
        Segment replacement = stored(directory, baseOffset, indexIntervalBytes);
        replacement.nameSynced = false;
        replacement.damage = damage.below(replacement.size);
        return replacement;
    }

    /** What is known to be corrupt; every walk passes over it. */
    Damage damage() {
        return damage;
    }

    /** Publishes what is known to be corrupt. One thread at a time. */
    void damaged(Damage known) {
        damage = known;
    }

    /** The file's name at this moment. */
    Path path() {
        return file.path();
    }

    @Override
    public String toString() {
        return SegmentFiles.path(directory, baseOffset, SegmentFiles.LOG).toString();
    }
}
