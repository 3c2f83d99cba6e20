package io.millrace.broker.log;

import io.millrace.protocol.record.BatchHeader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * Looks at batches anywhere in a segment's file, whose bytes may be anything, through a window of bounded size.
 *
 * <p>Threading: one thread.
 */
final class ScrubWindow {
    private static final int WINDOW = 1 << 18;

    private final ByteBuffer window;
    private final UncachedFile file;
    private final long end;
    private long windowAt;

    /** @param end behind the last byte that may be looked at */
    ScrubWindow(UncachedFile file, long end) {
        this(file, end, WINDOW);
    }

    /** @param bytes of the window, a multiple of {@link UncachedFile#ALIGNMENT} */
    ScrubWindow(UncachedFile file, long end, int bytes) {
        this.window = UncachedFile.buffer(bytes);
        this.file = file;
        this.end = end;
        forget();
    }

    /** Reads everything again from now on. */
    void forget() {
        window.clear().limit(0);
        windowAt = 0;
    }

    /** What a header says that begins here, if it can be one and its batch ends in front of the end. */
    Optional<StoredBatch> batchAt(long position) throws IOException {
        int available = (int) Math.min(BatchHeader.SIZE, end - position);
        if (available < StoredBatch.SMALLEST) {
            return Optional.empty();
        }
        int at = load(position, available);
        boolean whole =
                StoredBatch.isHeaderAt(window, at, available) && BatchHeader.sizeInBytes(window, at) <= end - position;
        return whole ? Optional.of(StoredBatch.read(window, at)) : Optional.empty();
    }

    /** Whether what begins here could be a batch, and ends behind the end; or is too short to tell. */
    boolean isCutOffAt(long position) throws IOException {
        int available = (int) Math.min(BatchHeader.SIZE, end - position);
        if (available < BatchHeader.SIZE) {
            return true;
        }
        int at = load(position, available);
        return StoredBatch.isHeaderAt(window, at, available) && BatchHeader.sizeInBytes(window, at) > end - position;
    }

    /** Whether all bytes of a batch give the checksum that its header has. */
    boolean hasValidCrc(StoredBatch batch, long position) throws IOException {
        return checksum(batch, position) == batch.crc();
    }

    /** The checksum that the bytes of a batch give. */
    int checksum(StoredBatch batch, long position) throws IOException {
        Checksum crc = batch.isLegacy() ? new CRC32() : new CRC32C();
        long to = position + batch.sizeInBytes();
        for (long from = position + batch.crcCoversFrom(); from < to; ) {
            int at = load(from, 1);
            int length = (int) Math.min(window.limit() - at, to - from);
            crc.update(window.slice(at, length));
            from += length;
        }
        return (int) crc.getValue();
    }

    private int load(long from, int length) throws IOException {
        if (from < windowAt || from + length > windowAt + window.limit()) {
            long aligned = from - from % UncachedFile.ALIGNMENT;
            window.clear();
            file.read(window, aligned);
            window.flip();
            windowAt = aligned;
            if (from + length > windowAt + window.limit()) {
                window.limit(0);
                throw new EOFException("file ends in front of " + (from + length));
            }
        }
        return (int) (from - windowAt);
    }
}
