package io.millrace.broker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/**
 * What a stop in the middle of something left in a partition's directory: files on their way out, checkpoints half
 * written, compactions not finished or not yet put in place.
 */
final class Leftovers {
    private static final int WINDOW = 1 << 16;

    private final Path directory;

    Leftovers(Path directory) {
        this.directory = directory;
    }

    /** Whether a list of names has any. */
    static boolean areIn(List<String> names) {
        return names.stream()
                .anyMatch(name -> name.endsWith(SegmentFiles.DELETED)
                        || name.endsWith(SegmentFiles.CLEANED)
                        || name.endsWith(SegmentFiles.SWAP)
                        || name.endsWith(SegmentFiles.TEMPORARY));
    }

    /** Finishes or undoes all of it. */
    void clear(List<String> names) throws IOException {
        long firstCleaned = Long.MAX_VALUE; // swaps from there on belong to a round that had not finished writing
        for (String name : names) {
            Optional<SegmentFiles.Name> parsed = SegmentFiles.parse(name);
            if (name.endsWith(SegmentFiles.CLEANED) && parsed.isPresent()) {
                firstCleaned = Math.min(firstCleaned, parsed.get().offset());
            }
        }
        for (String name : names) {
            if (name.endsWith(SegmentFiles.DELETED)
                    || name.endsWith(SegmentFiles.CLEANED)
                    || name.endsWith(SegmentFiles.TEMPORARY)
                    || (isSwap(name) && SegmentFiles.parse(name).orElseThrow().offset() >= firstCleaned)) {
                Files.deleteIfExists(directory.resolve(name));
            }
        }
        for (String name : names) {
            if (isSwap(name) && name.contains(SegmentFiles.LOG) && Files.exists(directory.resolve(name))) {
                removeOriginals(SegmentFiles.parse(name).orElseThrow().offset(), directory.resolve(name), names);
            }
        }
        for (String name : names) {
            if (isSwap(name) && !hasLogSwap(name, names)) {
                Files.deleteIfExists(directory.resolve(name)); // an index whose segment was withdrawn
            } else if (isSwap(name) && Files.exists(directory.resolve(name))) {
                String finalName = name.substring(0, name.length() - SegmentFiles.SWAP.length());
                Files.move(directory.resolve(name), directory.resolve(finalName), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static boolean hasLogSwap(String index, List<String> names) {
        long base = SegmentFiles.parse(index).orElseThrow().offset();
        return names.contains(SegmentFiles.path(Path.of(""), base, SegmentFiles.LOG + SegmentFiles.SWAP)
                .toString());
    }

    private static boolean isSwap(String name) {
        return name.endsWith(SegmentFiles.SWAP) && SegmentFiles.parse(name).isPresent();
    }

    /** Removes the segments whose records a compacted one holds: those that begin within its offsets. */
    private void removeOriginals(long base, Path compacted, List<String> names) throws IOException {
        long last = lastOffset(base, compacted);
        for (String name : names) {
            Optional<SegmentFiles.Name> parsed = SegmentFiles.parse(name);
            boolean original = parsed.isPresent()
                    && parsed.get().fate().isEmpty()
                    && !parsed.get().kind().equals(SegmentFiles.SNAPSHOT)
                    && parsed.get().offset() >= base
                    && parsed.get().offset() <= last;
            if (original) {
                Files.deleteIfExists(directory.resolve(name));
            }
        }
    }

    private static long lastOffset(long base, Path compacted) throws IOException {
        long last = base;
        try (FileChannel channel = FileChannel.open(compacted, StandardOpenOption.READ)) {
            BatchScan scan = new BatchScan(channel, 0, channel.size(), ByteBuffer.allocate(WINDOW));
            while (scan.next()) {
                last = scan.batch().lastOffset();
            }
        }
        return last;
    }
}
