package io.millrace.broker.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/**
 * A running {@code ./millrace COMMAND}: what it printed so far, what it costs, and the ways to end it. The script
 * becomes the Java process ({@code exec}), so the process id is Java's.
 */
final class MillraceProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(20);

    private static final AtomicInteger STARTED = new AtomicInteger();

    private final Process process;
    private final Path out;
    private final Path err;

    private MillraceProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Starts the command. Its output goes to files that stay: broker/target/it-output, numbered in order of start. */
    static MillraceProcess launch(Map<String, String> environment, List<String> arguments) {
        return launch(environment, List.of(), arguments);
    }

    /** As {@link #launch(Map, List)}, with words before the command: of a program that becomes it in the end. */
    static MillraceProcess launch(Map<String, String> environment, List<String> prefix, List<String> arguments) {
        try {
            Path directory = Files.createDirectories(Millrace.home().resolve("broker/target/it-output"));
            String name = String.format("%03d-%s", STARTED.incrementAndGet(), arguments.get(0));
            Path out = directory.resolve(name + ".out");
            Path err = directory.resolve(name + ".err");
            Process process = Millrace.command(environment, prefix, arguments)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            return new MillraceProcess(process, out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    List<String> out() {
        return lines(out);
    }

    List<String> err() {
        return lines(err);
    }

    /** Waits for a line on standard output that starts so; fails with all output if the process ends first. */
    String awaitLine(String start) {
        Optional<String> line = Awaitility.await()
                .alias("a line that starts with '" + start + "' from process " + pid())
                .atMost(START)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(10))
                .until(
                        () -> {
                            boolean alive = isAlive(); // asked first, so that the last words of a dead one are read
                            Optional<String> found = out().stream()
                                    .filter(l -> l.startsWith(start))
                                    .findFirst();
                            if (found.isEmpty() && !alive) {
                                throw new IllegalStateException(
                                        "ended with " + process.exitValue() + "; said " + out() + " and " + err());
                            }
                            return found;
                        },
                        Optional::isPresent);
        return line.orElseThrow();
    }

    /** Ends it as a power cut would, and waits until it is gone. */
    void kill() {
        process.destroyForcibly();
        awaitExit(STOP);
    }

    /**
     * Asks it to stop (SIGTERM) and waits.
     *
     * @return its exit code
     */
    int terminate() {
        process.destroy();
        return awaitExit(STOP);
    }

    int awaitExit(Duration atMost) {
        try {
            if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("process " + pid() + " still runs after " + atMost);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while waiting for process " + pid(), e);
        }
    }

    /** Sends a signal by name, such as STOP or CONT. */
    void signal(String name) {
        try {
            int code = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("kill -" + name + " " + pid() + " ended with " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** A figure of /proc/PID/status in KiB, such as VmRSS (now) or VmHWM (the most so far). */
    long memoryKib(String figure) {
        return lines(Path.of("/proc", Long.toString(pid()), "status")).stream()
                .filter(line -> line.startsWith(figure + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        if (isAlive()) {
            kill();
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
