package io.millrace.tools.stream;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs command lines by bash, with {@code millrace} and the scripts of {@code bin} in the path, in a directory of their own.
 *
 * <p>Threading: one thread's.
 */
final class Shell {
    private static final int PATIENCE_SECONDS = 60;

    private final Path directory;
    private final Map<String, String> environment;
    private int runs;

    /** What a command line printed, and how it ended. */
    @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
    record Result(int exitCode, byte[] out, String err) {
        String text() {
            return new String(out, StandardCharsets.UTF_8);
        }

        @Override
        public String toString() {
            return "exit code " + exitCode + "\nout: " + text().substring(0, Math.min(2000, text().length())) + "\nerr: "
                    + err;
        }
    }

    Shell(Path directory, Map<String, String> environment) {
        this.directory = directory;
        this.environment = environment;
    }

    /** The project's folder. */
    static Path home() {
        String home = System.getProperty("millrace.home", "");
        return home.isEmpty() ? Path.of("").toAbsolutePath().getParent() : Path.of(home);
    }

    /** A process whose output goes to the files {@code N.out} and {@code N.err}. */
    Process start(String line, int number) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        "env",
                        "--default-signal=INT", // which who runs the tests in the background has ignored
                        "bash",
                        "-o",
                        "pipefail",
                        "-c",
                        line)
                .directory(directory.toFile())
                .redirectOutput(file(number, "out").toFile())
                .redirectError(file(number, "err").toFile());
        builder.environment().putAll(environment);
        builder.environment()
                .merge("PATH", home() + ":" + home().resolve("bin"), (path, ours) -> ours + ":" + path);
        return builder.start();
    }

    Path file(int number, String kind) {
        return directory.resolve(number + "." + kind);
    }

    int next() {
        runs++;
        return runs;
    }

    Result run(String line) {
        int number = next();
        try {
            Process process = start(line, number);
            try (OutputStream in = process.getOutputStream()) {
                in.flush(); // and nothing comes
            }
            return end(process, number);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Result end(Process process, int number) throws IOException {
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                throw new IllegalStateException("it still runs, and said " + Files.readString(file(number, "err")));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        return new Result(
                process.exitValue(), Files.readAllBytes(file(number, "out")), Files.readString(file(number, "err")));
    }
}
