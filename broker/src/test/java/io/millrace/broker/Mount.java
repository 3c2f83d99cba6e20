package io.millrace.broker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A small volume of a test's own. A test that cannot have one is skipped, and says why. */
public final class Mount implements AutoCloseable {
    private final Path directory;

    private Mount(Path directory) {
        this.directory = directory;
    }

    /** A volume in memory. */
    public static Mount inMemory(Path directory, long bytes) {
        return mount(directory, "-t", "tmpfs", "-o", "size=" + bytes, "tmpfs");
    }

    /** A file system in a file that is made for it; where the file cannot grow, the volume fails with I/O errors. */
    public static Mount inFile(Path directory, Path file, long bytes) throws IOException {
        run(List.of("truncate", "-s", Long.toString(bytes), file.toString()));
        run(List.of("mkfs.ext4", "-q", "-F", "-O", "^has_journal", file.toString()));
        return mount(directory, "-o", "loop", file.toString());
    }

    private static Mount mount(Path directory, String... words) {
        try {
            Files.createDirectories(directory);
            List<String> command = new java.util.ArrayList<>(List.of("mount"));
            command.addAll(Arrays.asList(words));
            command.add(directory.toString());
            run(command);
        } catch (IOException e) {
            skip("no volume can be mounted here: " + e.getMessage());
        }
        return new Mount(directory);
    }

    private static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static void skip(String reason) {
        System.out.println("SKIPPED: " + reason);
        Assumptions.abort(reason);
    }

    public Path path() {
        return directory;
    }

    /** Takes it away, also from under those who use it. */
    @Override
    public void close() throws IOException {
        run(List.of("umount", "-l", directory.toString()));
    }
}
