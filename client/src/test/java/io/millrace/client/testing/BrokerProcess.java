package io.millrace.client.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * A Millrace broker as a process of its own, on one port and one data directory through all its lives: {@code ./millrace
 * start}, or with the system property {@code millrace.broker.classpath} Java on these classes.
 *
 * <p>Threading: one thread starts and ends it.
 */
public final class BrokerProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path directory;
    private final List<String> settings;
    private final int port = Ports.free();
    private Process process;
    private int lives;

    private BrokerProcess(Path directory, List<String> settings) {
        this.directory = directory;
        this.settings = settings;
    }

    /** Starts one, and waits until it is ready. */
    public static BrokerProcess start(Path directory, String... settings) {
        BrokerProcess broker = new BrokerProcess(directory, List.of(settings));
        broker.restart();
        return broker;
    }

    public String bootstrap() {
        return "127.0.0.1:" + port;
    }

    public long pid() {
        return process.pid();
    }

    /** Starts it again where it was, and waits until it is ready. */
    public void restart() {
        List<String> command = new ArrayList<>(launcher());
        command.addAll(List.of("start", "--data", directory.resolve("data").toString()));
        command.addAll(List.of("--set", "listeners=PLAINTEXT://" + bootstrap()));
        settings.forEach(setting -> command.addAll(List.of("--set", setting)));
        Path out = directory.resolve("broker-" + lives++ + ".out");
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Awaitility.await("the broker's ready line in " + out)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> isReady(out));
    }

    private boolean isReady(Path out) throws IOException {
        boolean alive = process.isAlive();
        String said = Files.readString(out);
        if (!said.contains("Millrace ready") && !alive) {
            throw new IllegalStateException("the broker ended with " + process.exitValue() + " and said " + said);
        }
        return said.contains("Millrace ready");
    }

    private static List<String> launcher() {
        String classpath = System.getProperty("millrace.broker.classpath", "");
        if (classpath.isEmpty()) {
            String home = System.getProperty(
                    "millrace.home", Path.of("").toAbsolutePath().getParent().toString());
            return List.of(Path.of(home, "millrace").toString());
        }
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:MaxDirectMemorySize=256m",
                "-XX:+UseSerialGC",
                "-Dio.netty.noPreferDirect=false",
                "-Dzookeeper.jmx.log4j.disable=true",
                "-cp",
                classpath,
                "io.millrace.broker.Main");
    }

    /** kill -9. */
    public void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** Sends a signal by name, such as STOP or CONT. */
    public void signal(String name) {
        try {
            int code = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
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

    private void awaitExit() {
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("process " + pid() + " still runs");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
    }
}
