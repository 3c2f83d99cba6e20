package io.millrace.client.zookeeper;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * One life of a broker as a process, {@code ./millrace start} on a free port.
 *
 * <p>Threading: one thread starts and ends it.
 */
final class BrokerRun implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Process process;
    private final String address;

    private BrokerRun(Process process, String address) {
        this.process = process;
        this.address = address;
    }

    /** Starts one, and waits until it is ready. */
    static BrokerRun start(Path directory, String setting) throws IOException {
        String address = "127.0.0.1:" + freePort();
        Path out = Files.createTempFile(directory, "broker", ".out");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("millrace.home", ".."), "millrace").toString(),
                        "start",
                        "--data",
                        directory.resolve("data").toString(),
                        "--set",
                        "listeners=PLAINTEXT://" + address,
                        "--set",
                        setting)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        Awaitility.await("the broker's ready line in " + out).atMost(PATIENCE).until(() -> {
            boolean alive = process.isAlive();
            String said = Files.readString(out);
            if (!said.contains("Millrace ready") && !alive) {
                throw new IllegalStateException("the broker ended with " + process.exitValue() + " and said " + said);
            }
            return said.contains("Millrace ready");
        });
        return new BrokerRun(process, address);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    String address() {
        return address;
    }

    /** kill -9. */
    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                throw new IOException("the broker does not end");
            }
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }
}
