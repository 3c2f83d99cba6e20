package io.millrace.broker.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A small text file that is replaced whole: a version line {@code 0}, the number of entries, one entry per line.
 *
 * <p>A reader sees the old content or the new, never half of it; what a crash leaves is found out by the count.
 */
final class Checkpoint {
    private static final String VERSION = "0";

    /** Whether a write has reached the disk when it returns. */
    enum Durability {
        /** Content and name survive a power failure. */
        SYNCED,
        /** Left to the operating system: for what can be rebuilt, where an fsync for each of thousands would cost. */
        LAZY
    }

    private Checkpoint() {}

    static void write(Path file, List<String> entries, Durability durability) throws IOException {
        StringBuilder text = new StringBuilder(VERSION + "\n" + entries.size() + "\n");
        entries.forEach(entry -> text.append(entry).append('\n'));
        replace(file, text.toString().getBytes(StandardCharsets.UTF_8), durability);
    }

    /**
     * The entries of a file.
     *
     * @throws MalformedCheckpointException if it is not what {@link #write} writes
     */
    static List<String> read(Path file) throws IOException {
        List<String> lines = new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                .lines()
                .toList();
        if (lines.size() < 2 || !lines.get(0).equals(VERSION)) {
            throw new MalformedCheckpointException(file, "no version " + VERSION + " and count at its begin");
        }
        List<String> entries = lines.subList(2, lines.size());
        if (!lines.get(1).equals(Integer.toString(entries.size()))) {
            throw new MalformedCheckpointException(
                    file, "it announces " + lines.get(1) + " entries and has " + entries.size());
        }
        return entries;
    }

    /** Gives a file new content, at once and whole. */
    static void replace(Path file, byte[] content, Durability durability) throws IOException {
        Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try (FileChannel out = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            if (durability == Durability.SYNCED) {
                out.force(true);
            }
        } catch (IOException e) {
            Files.deleteIfExists(temporary); // what there was stays; half a file only takes space
            throw e;
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        if (durability == Durability.SYNCED) {
            syncDirectory(file.toAbsolutePath().getParent());
        }
    }

    /** Makes names in a directory survive a power failure. */
    static void syncDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            LostWriteException.force(channel, true);
        }
    }
}
