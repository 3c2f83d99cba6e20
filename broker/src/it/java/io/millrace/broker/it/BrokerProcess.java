package io.millrace.broker.it;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One broker on one data directory and one port, through all its lives: started, stopped or killed, started again.
 *
 * <p>Threading: one thread starts and ends it.
 */
final class BrokerProcess implements AutoCloseable {
    private final Path directory;
    private final int port;
    private final List<String> settings;
    private final Map<String, String> environment;
    private MillraceProcess process;
    private String readyLine;

    private BrokerProcess(Path directory, int port, List<String> settings, Map<String, String> environment) {
        this.directory = directory;
        this.port = port;
        this.settings = settings;
        this.environment = environment;
        restart();
    }

    /**
     * Starts a broker and waits until it says that clients can use it.
     *
     * @param directory holds the folder {@code data}
     * @param settings each as key=value
     */
    static BrokerProcess start(Path directory, String... settings) {
        return new BrokerProcess(directory, Ports.free(), List.of(settings), Map.of());
    }

    /** As {@link #start}, with environment variables added. */
    static BrokerProcess startWith(Map<String, String> environment, Path directory, String... settings) {
        return new BrokerProcess(directory, Ports.free(), List.of(settings), environment);
    }

    /** The words after {@code ./millrace} that start a broker. */
    static List<String> arguments(Path data, int port, List<String> settings) {
        List<String> arguments = new ArrayList<>(List.of("start", "--data", data.toString()));
        arguments.addAll(List.of("--set", "listeners=PLAINTEXT://127.0.0.1:" + port));
        for (String setting : settings) {
            arguments.addAll(List.of("--set", setting));
        }
        return arguments;
    }

    /** Starts it again on the same data and port, and waits until it is ready. */
    void restart() {
        process = MillraceProcess.launch(environment, arguments(data(), port, settings));
        readyLine = process.awaitLine("Millrace ready");
    }

    Path data() {
        return directory.resolve("data");
    }

    int port() {
        return port;
    }

    String bootstrap() {
        return "127.0.0.1:" + port;
    }

    Clients clients() {
        return new Clients(bootstrap());
    }

    String readyLine() {
        return readyLine;
    }

    /** The present life, or the last one. */
    MillraceProcess process() {
        return process;
    }

    /** kill -9. */
    void kill() {
        process.kill();
    }

    /** SIGTERM; returns the exit code. */
    int stop() {
        return process.terminate();
    }

    @Override
    public void close() {
        process.close();
    }
}
