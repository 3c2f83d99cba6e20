package io.millrace.broker.log;

import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.Crc32c;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes what compaction leaves of some segments: batches and both indexes, under names that the next start would remove
 * again.
 *
 * <p>Threading: one thread.
 */
final class CleanedSegmentWriter implements Closeable {
    private static final int BUFFER_BYTES = 1 << 18;

    private final Path directory;
    private final long baseOffset;
    private final CompactionSteps steps;
    private final FileChannel channel;
    private final SegmentIndexes indexes;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private final List<DamageCheckpoint.Entry> holes = new ArrayList<>();
    private long position;

    /** @param indexIntervalBytes as of the segment that comes of it */
    CleanedSegmentWriter(Path directory, long baseOffset, int indexIntervalBytes, CompactionSteps steps)
            throws IOException {
        this.directory = directory;
        this.baseOffset = baseOffset;
        this.steps = steps;
        this.channel = FileChannel.open(
                path(directory, baseOffset, SegmentFiles.LOG),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
        this.indexes = new SegmentIndexes(directory, baseOffset, indexIntervalBytes);
        indexes.renamed(SegmentFiles.CLEANED);
        indexes.create();
        steps.done("created " + baseOffset);
    }

    private static Path path(Path directory, long baseOffset, String kind) {
        return SegmentFiles.path(directory, baseOffset, kind + SegmentFiles.CLEANED);
    }

    /**
     * Appends one batch.
     *
     * @return whether there was room for it: a segment's positions have 31 bits
     */
    boolean append(ByteBuffer bytes) throws IOException {
        if (position + bytes.remaining() > Integer.MAX_VALUE) {
            return false;
        }
        indexes.add(StoredBatch.read(bytes, bytes.position()), position);
        put(bytes);
        return true;
    }

    /**
     * Appends, where an original is corrupt, a header that is corrupt, too: no reader may take what was lost there for
     * never written, not even one that does not know of it yet.
     *
     * @return whether there was room for it
     */
    boolean appendHole(CorruptRange lost) throws IOException {
        if (position + BatchHeader.SIZE > Integer.MAX_VALUE) {
            return false;
        }
        if (lost.firstOffset() < lost.nextOffset()) {
            ByteBuffer header = LostBatch.header(lost);
            long end = position + BatchHeader.SIZE;
            CorruptRange here = new CorruptRange(baseOffset, position, end, lost.firstOffset(), lost.nextOffset());
            holes.add(new DamageCheckpoint.Entry(here, Crc32c.of(header, 0, BatchHeader.SIZE)));
            put(header);
        }
        return true;
    }

    /** What was appended with {@link #appendHole}, ascending. */
    List<DamageCheckpoint.Entry> holes() {
        return List.copyOf(holes);
    }

    private void put(ByteBuffer bytes) throws IOException {
        int size = bytes.remaining();
        if (size > buffer.remaining()) {
            drain();
        }
        if (size > buffer.capacity()) {
            write(bytes.duplicate());
        } else {
            buffer.put(bytes.duplicate());
        }
        position += size;
    }

    private void drain() throws IOException {
        write(buffer.flip());
        buffer.clear();
    }

    private void write(ByteBuffer bytes) throws IOException {
        int end = bytes.limit();
        while (bytes.position() < end) { // in parts: Java copies what is on the heap into memory outside of it
            bytes.limit(Math.min(end, bytes.position() + BUFFER_BYTES));
            channel.write(bytes);
        }
    }

    /** Bytes of the batches so far. */
    long size() {
        return position;
    }

    /**
     * Completes all files and brings the batches to the disk.
     *
     * @param lastModified when the youngest of the originals was written: where records have no time, this is theirs
     */
    void finish(long lastModified) throws IOException {
        drain();
        steps.done("written " + baseOffset);
        indexes.seal();
        steps.done("indexed " + baseOffset);
        channel.force(true);
        Files.setLastModifiedTime(path(directory, baseOffset, SegmentFiles.LOG), FileTime.fromMillis(lastModified));
        steps.done("synced " + baseOffset);
    }

    /** Removes all files: they are not wanted. */
    void discard() throws IOException {
        for (String kind : SegmentSwap.KINDS) {
            Files.deleteIfExists(path(directory, baseOffset, kind));
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
