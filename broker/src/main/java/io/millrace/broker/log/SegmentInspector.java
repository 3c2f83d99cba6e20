package io.millrace.broker.log;

import io.millrace.protocol.record.BatchHeader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The read-only door to one segment's {@code .log}, for tools: shows its batches one by one. Opens files to read and
 * nothing else, so that it may look at a broker's that runs.
 *
 * <p>Threading: one thread's.
 */
public final class SegmentInspector implements Closeable {
    private static final int WINDOW = 1 << 20;

    /** Is shown one batch after the other. */
    public interface Visitor {
        /**
         * @param position of the batch in the file
         * @param batch all its bytes, valid during the call; its position is 0
         * @param sound whether its checksum is right
         * @return whether to go on
         */
        boolean visit(long position, ByteBuffer batch, boolean sound) throws IOException;
    }

    private final FileChannel channel;
    private final long end;
    private ByteBuffer window = ByteBuffer.allocate(WINDOW).limit(0);
    private long windowAt;

    private SegmentInspector(FileChannel channel, long end) {
        this.channel = channel;
        this.end = end;
    }

    /** Sees what is in the file now, and nothing that is appended later. */
    public static SegmentInspector open(Path log) throws IOException {
        FileChannel channel = FileChannel.open(log, StandardOpenOption.READ);
        return new SegmentInspector(channel, channel.size());
    }

    /** The base offset in the name of a segment's file of whatever kind; empty if it is none. */
    public static OptionalLong baseOffset(Path file) {
        return SegmentFiles.parse(file.getFileName().toString()).stream()
                .mapToLong(SegmentFiles.Name::offset)
                .findFirst();
    }

    /** Another file of the same segment: {@code .index}, {@code .timeindex}; empty if there is none. */
    public static Optional<Path> sibling(Path log, String kind) {
        OptionalLong base = baseOffset(log);
        if (base.isEmpty()) {
            return Optional.empty();
        }
        Path file = log.resolveSibling(
                SegmentFiles.path(Path.of(""), base.getAsLong(), kind).getFileName());
        return Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
    }

    /** Bytes of the file when it was opened. */
    public long sizeInBytes() {
        return end;
    }

    /**
     * Shows all batches from a position on, at which one must begin.
     *
     * @return where it ended: behind the last batch, or at the first bytes that are no whole one
     */
    public long walk(long from, Visitor visitor) throws IOException {
        long at = from;
        while (true) {
            int available = (int) Math.min(BatchHeader.SIZE, end - at);
            if (available < StoredBatch.SMALLEST) {
                return at;
            }
            int header = load(at, available);
            if (!StoredBatch.isHeaderAt(window, header, available)
                    || BatchHeader.sizeInBytes(window, header) > end - at) {
                return at;
            }
            int size = BatchHeader.sizeInBytes(window, header);
            ByteBuffer batch = window.slice(load(at, size), size);
            boolean sound = StoredBatch.wholeAt(batch, 0).isPresent();
            if (!visitor.visit(at, batch, sound)) {
                return at + size;
            }
            at += size;
        }
    }

    /** Makes sure that the window holds so many bytes from there on, and says where. */
    private int load(long from, int length) throws IOException {
        if (from < windowAt || from + length > windowAt + window.limit()) {
            if (length > window.capacity()) {
                window = ByteBuffer.allocate(length);
            }
            window.clear().limit((int) Math.min(window.capacity(), end - from));
            BatchScan.readFully(channel, window, from);
            window.flip();
            windowAt = from;
        }
        return (int) (from - windowAt);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
