package io.millrace.broker.log;

import io.millrace.protocol.record.BatchHeader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * Walks the batches in a stretch of a segment's file through a window of bounded size, however large the batches are,
 * and stops at the first bytes that are not a whole one.
 *
 * <p>Threading: one thread; positional reads, so that others may use the channel meanwhile.
 */
final class BatchScan {
    private final FileChannel channel;
    private final long end;
    private final ByteBuffer window;
    private final Damage damage;
    private long windowAt;
    private long position;
    private long next;
    private StoredBatch batch;

    /**
     * @param position where a batch begins
     * @param end of the stretch, exclusive; the file must be that long
     * @param window at least as large as a header; what it holds is overwritten
     */
    BatchScan(FileChannel channel, long position, long end, ByteBuffer window) {
        this(channel, position, end, window, Damage.NONE);
    }

    /** @param damage what it passes over */
    BatchScan(FileChannel channel, long position, long end, ByteBuffer window, Damage damage) {
        this.channel = channel;
        this.end = end;
        this.window = window.limit(0);
        this.damage = damage;
        this.next = damage.skip(position);
        this.windowAt = next;
    }

    /** Goes to the next batch. False, with {@link #nextPosition} at the place, where no whole batch lies. */
    boolean next() throws IOException {
        int available = (int) Math.min(BatchHeader.SIZE, end - next);
        if (available < StoredBatch.SMALLEST) {
            return false;
        }
        int at = load(next, available);
        if (!StoredBatch.isHeaderAt(window, at, available) || BatchHeader.sizeInBytes(window, at) > end - next) {
            return false;
        }
        batch = StoredBatch.read(window, at);
        position = next;
        next = damage.skip(next + batch.sizeInBytes());
        return true;
    }

    /** The batch that {@link #next} went to. */
    StoredBatch batch() {
        return batch;
    }

    /** Where in the file that batch begins. */
    long position() {
        return position;
    }

    /** Where the next batch begins, or the bytes that are none. */
    long nextPosition() {
        return next;
    }

    /** Reads the whole batch and compares checksums. */
    boolean hasValidCrc() throws IOException {
        Checksum crc = batch.isLegacy() ? new CRC32() : new CRC32C();
        long from = position + batch.crcCoversFrom();
        long to = position + batch.sizeInBytes();
        while (from < to) {
            int at = load(from, 1);
            int length = (int) Math.min(window.limit() - at, to - from);
            crc.update(window.slice(at, length));
            from += length;
        }
        return (int) crc.getValue() == batch.crc();
    }

    /** Makes sure that the window holds {@code length} bytes of the file from {@code from} on, and says where. */
    private int load(long from, int length) throws IOException {
        if (from < windowAt || from + length > windowAt + window.limit()) {
            window.clear().limit((int) Math.min(window.capacity(), end - from));
            readFully(channel, window, from);
            window.flip();
            windowAt = from;
        }
        return (int) (from - windowAt);
    }

    /** Fills the buffer from a position of the file on. */
    static void readFully(FileChannel channel, ByteBuffer into, long from) throws IOException {
        long at = from;
        while (into.hasRemaining()) {
            int read = channel.read(into, at);
            if (read < 0) {
                throw new EOFException("file ends at " + at + ", " + into.remaining() + " bytes early");
            }
            at += read;
        }
    }
}
