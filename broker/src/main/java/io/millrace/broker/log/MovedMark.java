package io.millrace.broker.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A file in a partition's directory, {@code moved-checkpoint}, that says: this was copied here, whole, from another log
 * directory, where the original may still be. It goes once the original is gone for sure.
 *
 * @param startOffset of the log when it moved; until the directory's own checkpoints tell it
 * @param highWatermark the same
 */
record MovedMark(long startOffset, long highWatermark) {
    static final String FILE = "moved-checkpoint";

    /** Of a copy whose directory tells the offsets by itself. */
    private static final MovedMark SETTLED = new MovedMark(0, 0);

    /** What stands in a directory; of a mark that cannot be read only that it is there. */
    static Optional<MovedMark> in(Path directory) throws IOException {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            List<String> offsets = Checkpoint.read(file);
            return Optional.of(new MovedMark(Long.parseLong(offsets.get(0)), Long.parseLong(offsets.get(1))));
        } catch (MalformedCheckpointException | NumberFormatException | IndexOutOfBoundsException e) {
            return Optional.of(SETTLED);
        }
    }

    void write(Path directory) throws IOException {
        Checkpoint.write(
                directory.resolve(FILE),
                List.of(Long.toString(startOffset), Long.toString(highWatermark)),
                Checkpoint.Durability.SYNCED);
    }

    /** The directory tells the offsets by itself from now on. */
    static void settle(Path directory) throws IOException {
        SETTLED.write(directory);
    }

    /** The original is gone for sure. */
    static void remove(Path directory) throws IOException {
        if (Files.deleteIfExists(directory.resolve(FILE))) {
            Checkpoint.syncDirectory(directory);
        }
    }
}
