package io.millrace.client.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * A process of ours that writes to a file and says there when it is ready.
 *
 * <p>Threading: one thread starts and ends it.
 */
final class ChildProcess {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int EXIT_SECONDS = 20;

    private final Path out;
    private final Process process;

    /** Starts it; it says all it has to say to this file. */
    ChildProcess(List<String> command, Path out) {
        this.out = out;
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The JVM that runs this one. */
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Waits until it has said this. */
    void awaitLine(String part) {
        Awaitility.await("'" + part + "' in " + out)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> hasSaid(part));
    }

    private boolean hasSaid(String part) throws IOException {
        boolean alive = process.isAlive();
        String said = Files.readString(out);
        if (!said.contains(part) && !alive) {
            throw new IllegalStateException("the process ended with " + process.exitValue() + " and said " + said);
        }
        return said.contains(part);
    }

    void kill() {
        if (process.isAlive()) {
            process.destroyForcibly();
            awaitExit();
        }
    }

    void signal(String name) {
        try {
            int code = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("kill -" + name + " ended with " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Waits for its end, and gives its exit code. */
    int awaitExit() {
        try {
            if (!process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("process " + process.pid() + " still runs");
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }
}
