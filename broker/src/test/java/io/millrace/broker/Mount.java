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
    /** EXT4_IOC_SHUTDOWN; its argument 2 has the journal not written either. */
    private static final String SHUTDOWN = "0x8004587D";

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

    /** A file system with a journal, as servers have it, in a file that is made where it is not there. */
    public static Mount journaled(Path directory, Path file, long bytes) throws IOException {
        if (!Files.exists(file)) {
            run(List.of("truncate", "-s", Long.toString(bytes), file.toString()));
            run(List.of("mkfs.ext4", "-q", "-F", file.toString()));
        }
        return mount(directory, "-o", "loop", file.toString());
    }

    /** What a power cut does to a journaled volume that nobody uses: all is gone that was not synced. Mount it anew. */
    public void loseWhatIsNotSynced() {
        String program = "import fcntl,os,struct,sys;" + "fcntl.ioctl(os.open(sys.argv[1],os.O_RDONLY)," + SHUTDOWN
                + ",struct.pack('i',2))";
        try {
            run(List.of("python3", "-c", program, directory.toString()));
        } catch (IOException e) {
            skip("no volume can be shut down here: " + e.getMessage());
        }
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
