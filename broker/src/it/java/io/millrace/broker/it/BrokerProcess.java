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
    private final Home home;
    private final Path directory;
    private final List<String> settings;
    private final Map<String, String> environment;
    private MillraceProcess process;
    private String readyLine;

    /**
     * Where a broker runs and listens.
     *
     * @param prefix words before the command, such as those that enter a network namespace
     */
    record Home(String host, int port, List<String> prefix) {
        /** On this machine's loopback, on a free port. */
        static Home local() {
            return new Home("127.0.0.1", Ports.free(), List.of());
        }

        String address() {
            return host + ":" + port;
        }
    }

    private BrokerProcess(Home home, Path directory, List<String> settings, Map<String, String> environment) {
        this.home = home;
        this.directory = directory;
        this.settings = settings;
        this.environment = environment;
    }

    /**
     * Starts a broker and waits until it says that clients can use it.
     *
     * @param directory holds the folder {@code data}
     * @param settings each as key=value
     */
    static BrokerProcess start(Path directory, String... settings) {
        return startWith(Map.of(), directory, settings);
    }

    /** As {@link #start}, with environment variables added. */
    static BrokerProcess startWith(Map<String, String> environment, Path directory, String... settings) {
        BrokerProcess broker = new BrokerProcess(Home.local(), directory, List.of(settings), environment);
        broker.restart();
        return broker;
    }

    /** One that is not started yet. */
    static BrokerProcess at(Home home, Path directory, List<String> settings) {
        return new BrokerProcess(home, directory, settings, Map.of());
    }

    /** The words after {@code ./millrace} that start a broker. */
    static List<String> arguments(Path data, int port, List<String> settings) {
        return arguments(data, "127.0.0.1:" + port, settings);
    }

    private static List<String> arguments(Path data, String address, List<String> settings) {
        List<String> arguments = new ArrayList<>(List.of("start", "--data", data.toString()));
        arguments.addAll(List.of("--set", "listeners=PLAINTEXT://" + address));
        for (String setting : settings) {
            arguments.addAll(List.of("--set", setting));
        }
        return arguments;
    }

    /** Starts it again on the same data and port, and waits until it is ready. */
    void restart() {
        launch();
        awaitReady();
    }

    /** Starts it without waiting until it is ready. */
    void launch() {
        process = MillraceProcess.launch(environment, home.prefix(), arguments(data(), home.address(), settings));
    }

    void awaitReady() {
        readyLine = process.awaitLine("Millrace ready");
    }

    Path data() {
        return directory.resolve("data");
    }

    int port() {
        return home.port();
    }

    String bootstrap() {
        return home.address();
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
        if (process != null) {
            process.close();
        }
    }
}
