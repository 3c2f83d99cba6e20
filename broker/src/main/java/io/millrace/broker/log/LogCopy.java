package io.millrace.broker.log;

import io.millrace.protocol.Uuid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The files of a log on their way to another directory, byte for byte: as much of each segment as has been copied by now.
 *
 * <p>A segment only ever grows. What truncation or compaction leaves in its place is another one: then what was copied
 * of the old one is dropped, and the new one is copied from its begin.
 *
 * <p>Threading: one thread at a time; beside whatever the log does, save {@link #complete}.
 */
final class LogCopy {
    private static final int WINDOW = 1 << 18;

    /** So much may be missing when the log is stopped for the rest. */
    private static final long LITTLE = 1 << 20;

    private final LogParts source;
    private final Path target;
    private final MoveSteps steps;
    private ByteBuffer window = ByteBuffer.allocate(0);
    private final Map<Segment, Piece> pieces = new LinkedHashMap<>(); // by identity: segments equal themselves only

    /** How far one segment has come. */
    private static final class Piece {
        long bytes;
        long synced;
        boolean whole; // no more will follow, and indexes and snapshot are there, too
    }

    /** @param target an empty directory */
    LogCopy(LogParts source, Path target, MoveSteps steps) {
        this.source = source;
        this.target = target;
        this.steps = steps;
    }

    /** How many bytes of segments are there. */
    long size() {
        return pieces.values().stream().mapToLong(piece -> piece.bytes).sum();
    }

    /** How many bytes of segments are still to come, as the log is now. */
    long missing() {
        long missing = 0;
        for (Segment segment : source.segments().view()) {
            Piece piece = pieces.get(segment);
            missing += segment.size() - (piece == null ? 0 : piece.bytes);
        }
        return missing;
    }

    /** Whether so little is missing that the log can be stopped for it. */
    boolean lacksLittle() {
        List<Segment> view = source.segments().view();
        long unfinished = view.subList(0, view.size() - 1).stream()
                .filter(segment -> !pieces.containsKey(segment) || !pieces.get(segment).whole)
                .count();
        return unfinished <= 1 && missing() <= LITTLE;
    }

    /** Where the copy ends, about: within a segment reckoned by bytes. */
    long endOffset() {
        List<Segment> view = source.segments().view();
        for (int i = 0; i < view.size(); i++) {
            Segment segment = view.get(i);
            Piece piece = pieces.get(segment);
            long bytes = piece == null ? 0 : piece.bytes;
            if (bytes < segment.size()) {
                long end = i + 1 < view.size()
                        ? view.get(i + 1).baseOffset()
                        : source.offsets().endOffset();
                double part = (double) bytes / segment.size();
                return segment.baseOffset() + (long) ((end - segment.baseOffset()) * part);
            }
        }
        return source.offsets().endOffset();
    }

    /**
     * Copies what comes next, out of one segment.
     *
     * @return whether there was anything to do
     */
    boolean advance(long mostBytes, Reading reading) throws IOException {
        List<Segment> view = source.segments().view();
        dropAllBut(view);
        for (Segment segment : view) {
            Piece piece = pieces.get(segment);
            if (piece == null || piece.bytes < segment.size()) {
                return copy(segment, mostBytes, reading);
            }
            if (!piece.whole && segment != view.get(view.size() - 1)) {
                copyCompanions(segment);
                sync(segment, piece);
                piece.whole = true;
                return true;
            }
        }
        return false;
    }

    /** Reads from the original, whose errors are not the copy's. */
    interface Reading {
        void read(Segment segment, ByteBuffer into, long position) throws IOException;
    }

    private void dropAllBut(List<Segment> view) throws IOException {
        Set<Segment> living = new HashSet<>(view);
        for (Iterator<Segment> each = pieces.keySet().iterator(); each.hasNext(); ) {
            Segment segment = each.next();
            if (!living.contains(segment)) {
                for (String kind : SegmentFiles.OF_SEGMENT) {
                    Files.deleteIfExists(SegmentFiles.path(target, segment.baseOffset(), kind));
                }
                each.remove();
                steps.done("dropped " + segment.baseOffset());
            }
        }
    }

    private boolean copy(Segment segment, long mostBytes, Reading reading) throws IOException {
        if (!segment.hold()) {
            return true; // the log has other segments by now
        }
        Path file = SegmentFiles.path(target, segment.baseOffset(), SegmentFiles.LOG);
        Piece piece = pieces.computeIfAbsent(segment, key -> new Piece());
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (piece.bytes == 0) {
                out.truncate(0);
            }
            long end = Math.min(segment.size(), piece.bytes + Math.min(mostBytes, Long.MAX_VALUE - piece.bytes));
            window = window.capacity() > 0 ? window : ByteBuffer.allocateDirect(WINDOW);
            while (piece.bytes < end) {
                window.clear().limit((int) Math.min(window.capacity(), end - piece.bytes));
                reading.read(segment, window, piece.bytes);
                window.flip();
                while (window.hasRemaining()) {
                    piece.bytes += out.write(window, piece.bytes);
                }
            }
        } finally {
            segment.release();
        }
        steps.done("copied " + segment.baseOffset());
        return true;
    }

    /** Indexes, which a start checks and makes anew where they are not right, and the producers' state in front. */
    private void copyCompanions(Segment segment) throws IOException {
        for (String kind : SegmentFiles.OF_SEGMENT) {
            if (!kind.equals(SegmentFiles.LOG)) {
                copyIfThere(SegmentFiles.path(source.path(), segment.baseOffset(), kind));
            }
        }
        steps.done("companions " + segment.baseOffset());
    }

    private void copyIfThere(Path file) throws IOException {
        try {
            Files.copy(file, target.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException e) {
            Files.deleteIfExists(target.resolve(file.getFileName()));
        }
    }

    /** Brings what was copied to the disk for good. */
    void sync() throws IOException {
        for (Map.Entry<Segment, Piece> each : pieces.entrySet()) {
            sync(each.getKey(), each.getValue());
        }
    }

    private void sync(Segment segment, Piece piece) throws IOException {
        if (piece.synced < piece.bytes) {
            Path file = SegmentFiles.path(target, segment.baseOffset(), SegmentFiles.LOG);
            try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
                LostWriteException.force(out, true);
            }
            piece.synced = piece.bytes;
        }
    }

    /**
     * Copies what is left, and everything that goes with it, such that a start would find here what it would find there;
     * all of it is on the disk for good then. Under the log's lock, so that nothing changes any more.
     */
    void complete(Uuid topicId, Reading reading) throws IOException {
        while (advance(Long.MAX_VALUE, reading)) {} // ends, since nobody appends
        Segment active = source.segments().active();
        active.persistIndexes();
        copyCompanions(active);
        sync();
        source.epochs().copyTo(target);
        steps.done("epochs");
        long end = source.offsets().endOffset();
        ProducerSnapshot.write(
                SegmentFiles.path(target, end, SegmentFiles.SNAPSHOT),
                source.producers().snapshot());
        steps.done("producers");
        if (!topicId.isZero()) {
            PartitionDirectory.writeTopicId(target, topicId);
            steps.done("topic id");
        }
        new DamageCheckpoint(target).write(source.segments().view(), List.of());
        Checkpoint.syncDirectory(target);
        steps.done("synced");
    }
}
