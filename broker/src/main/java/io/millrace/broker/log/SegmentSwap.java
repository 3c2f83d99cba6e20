package io.millrace.broker.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts a cleaned segment in its originals' place, such that a stop between any two steps loses nothing: until all of
 * {@code .cleaned} is {@code .swap} the next start undoes it, from then on it finishes it, see {@link Leftovers}.
 *
 * <p>Originals go in ascending order, the first, whose name is wanted, last. So of two records in originals that hold
 * nothing any more, and that a start would therefore leave alone, the older one is never there without the newer.
 *
 * <p>Threading: one compaction at a time; {@link #replace} under the log's lock.
 */
final class SegmentSwap {
    /** What a cleaned segment has of its own. The log last: a start takes it for the sign of a swap. */
    static final List<String> KINDS = List.of(OffsetIndex.SUFFIX, TimeIndex.SUFFIX, SegmentFiles.LOG);

    private final Path directory;
    private final long baseOffset;
    private final CompactionSteps steps;

    /** @param baseOffset of the cleaned segment, and of the first original */
    SegmentSwap(Path directory, long baseOffset, CompactionSteps steps) {
        this.directory = directory;
        this.baseOffset = baseOffset;
        this.steps = steps;
    }

    /** Says that the cleaned segment is whole. When this returns a start finishes what is not finished here. */
    void announce() throws IOException {
        for (String kind : KINDS) {
            rename(kind + SegmentFiles.CLEANED, kind + SegmentFiles.SWAP);
        }
        Checkpoint.syncDirectory(directory);
    }

    /** Takes it back, for good: the originals are the log's no more, or not all of them. */
    void withdraw() throws IOException {
        for (int i = KINDS.size() - 1; i >= 0; i--) {
            Files.deleteIfExists(SegmentFiles.path(directory, baseOffset, KINDS.get(i) + SegmentFiles.SWAP));
        }
        try {
            Checkpoint.syncDirectory(directory);
        } catch (NoSuchFileException e) {
            return; // the partition was deleted, and the directory has another name
        }
    }

    /**
     * Takes the originals' names away and gives the cleaned segment its own.
     *
     * @return the originals' files, to be removed when nobody can be reading them
     */
    List<Path> replace(List<Segment> originals) throws IOException {
        List<Path> gone = new ArrayList<>();
        for (Segment original : originals.subList(1, originals.size())) {
            gone.addAll(original.rename(SegmentFiles.DELETED));
            steps.done("set aside " + original.baseOffset());
        }
        gone.addAll(originals.get(0).renameBut(SegmentFiles.SNAPSHOT, SegmentFiles.DELETED));
        steps.done("set aside " + baseOffset);
        for (String kind : KINDS) {
            rename(kind + SegmentFiles.SWAP, kind);
        }
        return gone;
    }

    private void rename(String from, String to) throws IOException {
        Files.move(
                SegmentFiles.path(directory, baseOffset, from),
                SegmentFiles.path(directory, baseOffset, to),
                StandardCopyOption.ATOMIC_MOVE);
        steps.done("renamed " + baseOffset + to);
    }
}
