package io.millrace.tools.mirror;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;

/**
 * The millrace command, or a broker, as a process: Java with the class path of this one, which can be started anew.
 *
 * <p>Threading: one thread's.
 */
final class ToolProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int FIRST_PORT = 20_000;
    private static final int PORTS = 9_000;
    private static final AtomicInteger NEXT_PORT =
            new AtomicInteger((int) (ProcessHandle.current().pid() * 37 % PORTS));

    private final Path out;
    private final List<String> command = new ArrayList<>();
    private Process process;
    private int lives;

    /** Not started yet. What it says goes to files of that name with a number behind it. */
    ToolProcess(Path out, String mainClass, String... arguments) {
        this(out, System.getProperty("java.class.path"), List.of("-Xmx192m"), mainClass, List.of(arguments));
    }

    /** With a class path and flags of its own. */
    ToolProcess(Path out, String classPath, List<String> flags, String mainClass, List<String> arguments) {
        this.out = out;
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of(
                "-XX:MaxDirectMemorySize=192m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-cp",
                classPath,
                mainClass));
        command.addAll(arguments);
    }

    /** A broker on a port of its own, started and ready. */
    static ToolProcess broker(Path directory, int port, String... settings) {
        List<String> arguments = new ArrayList<>(List.of(
                "start",
                "--data",
                directory.resolve("data").toString(),
                "--set",
                "listeners=PLAINTEXT://127.0.0.1:" + port));
        for (String setting : settings) {
            arguments.addAll(List.of("--set", setting));
        }
        ToolProcess broker = new ToolProcess(
                directory.resolve("broker"), "io.millrace.broker.Main", arguments.toArray(String[]::new));
        broker.start().awaitLine("Millrace ready");
        return broker;
    }

    /** A free port, below those that the system takes for outgoing connections. */
    static int freePort() {
        for (int tries = 0; tries < PORTS; tries++) {
            int port = FIRST_PORT + Math.floorMod(NEXT_PORT.getAndIncrement(), PORTS);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException taken) {
                // the next one, then
            }
        }
        throw new IllegalStateException("no free port from " + FIRST_PORT + " on");
    }

    ToolProcess start() {
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(file(lives++).toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    private Path file(int life) {
        return out.resolveSibling(out.getFileName() + "-" + life + ".out");
    }

    /** Waits until it has said this in its present life. */
    ToolProcess awaitLine(String part) {
        Awaitility.await("'" + part + "' in " + file(lives - 1))
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    boolean alive = process.isAlive();
                    boolean said = said().contains(part);
                    if (!said && !alive) {
                        throw new IllegalStateException("it ended with " + process.exitValue() + ": " + said());
                    }
                    return said;
                });
        return this;
    }

    /** All that it has said in its present life. */
    String said() {
        try {
            return Files.readString(file(lives - 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for its end. */
    int awaitExit() {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("still runs: " + command);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** kill -9. */
    void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            kill();
        }
    }
}
