package io.millrace.tools.connect;

import io.millrace.client.Bootstrap;
import io.millrace.client.BrokerAddress;
import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.Settings;
import io.millrace.client.zookeeper.ZooKeeperBootstrap;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Terminal;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Option;

/** The options that choose a cluster, and the way to it. A mixin of every verb that talks to one. */
public final class ClusterOptions {
    private static final String ZOOKEEPER = "zookeeper://";
    private static final Duration USUAL_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration LONGEST_CONNECT = Duration.ofSeconds(5);

    private final Terminal terminal;

    @Option(
            names = {"-b", "--bootstrap", "--bootstrap-server"},
            paramLabel = "HOST:PORT,...",
            description = "brokers to begin with, or zookeeper://HOST:PORT,.../CHROOT;"
                    + " default $MILLRACE_BOOTSTRAP, the current profile, or " + ClusterChoice.LOCAL)
    private String bootstrap = "";

    @Option(names = "--cluster", paramLabel = "NAME", description = "a cluster of 'millrace profile list'")
    private String cluster = "";

    @Option(
            names = "--command-config",
            paramLabel = "FILE",
            description = "a properties file with settings of clients, with Kafka's names")
    private String commandConfig = "";

    @Option(names = "-X", paramLabel = "KEY=VALUE", description = "a setting of clients; wins over the file")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--timeout", paramLabel = "TIME", description = "how long an answer may take; default 15s")
    private String timeout = "";

    public ClusterOptions(Terminal terminal) {
        this.terminal = terminal;
    }

    /** The cluster that words of another command name, for shells that finish them. */
    public void takeFrom(List<String> words, String atMost) {
        timeout = atMost;
        for (int i = 0; i + 1 < words.size(); i++) {
            switch (words.get(i)) {
                case "-b", "--bootstrap", "--bootstrap-server" -> bootstrap = words.get(i + 1);
                case "--cluster" -> cluster = words.get(i + 1);
                case "--command-config" -> commandConfig = words.get(i + 1);
                default -> {} // nothing that names a cluster
            }
        }
    }

    /** For Kafka's scripts, whose {@code --timeout} is a number of milliseconds. */
    public void takeMillis() {
        timeout = timeout.matches("\\d+") ? timeout + "ms" : timeout;
    }

    /** What options, environment and profiles say together. */
    public ClusterChoice choice() {
        ProfilesFile file = ProfilesFile.of(terminal);
        return ClusterChoice.of(
                new ClusterChoice.Said(
                        given(bootstrap), given(cluster), given(timeout), given(commandConfig), settings),
                new ClusterChoice.Said(
                        terminal.variable("MILLRACE_BOOTSTRAP"),
                        terminal.variable("MILLRACE_CLUSTER"),
                        terminal.variable("MILLRACE_TIMEOUT"),
                        terminal.variable("MILLRACE_COMMAND_CONFIG"),
                        Map.of()),
                file.read(),
                file.path().toString());
    }

    private static Optional<String> given(String option) {
        return option.isEmpty() ? Optional.empty() : Optional.of(option);
    }

    /** How long an answer may take. */
    public Duration timeout() {
        return timeout(choice());
    }

    private static Duration timeout(ClusterChoice choice) {
        return choice.timeout().orElse(USUAL_TIMEOUT);
    }

    /**
     * All settings with Kafka's keys, the properties file's included, for a client that has more of them than {@link
     * ClientConfig}: it takes its own, then calls {@link Settings#refuseRest}.
     */
    public Settings clientSettings() {
        ClusterChoice choice = choice();
        Map<String, String> all = new LinkedHashMap<>(
                choice.commandConfig().map(ClusterOptions::read).orElse(Map.of()));
        all.putAll(choice.settings());
        all.put("bootstrap.servers", choice.bootstrap());
        all.putIfAbsent("client.id", "millrace-cli");
        all.putIfAbsent("socket.connection.setup.timeout.ms", Long.toString(connectMs(choice)));
        if (all.getOrDefault("security.protocol", "PLAINTEXT").equals("PLAINTEXT")) {
            all.remove("security.protocol");
        }
        return new Settings(all);
    }

    private static long connectMs(ClusterChoice choice) {
        Duration wait = timeout(choice);
        return Math.max(1, (wait.compareTo(LONGEST_CONNECT) < 0 ? wait : LONGEST_CONNECT).toMillis());
    }

    private static Map<String, String> read(String file) {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(Path.of(file))) {
            properties.load(in);
        } catch (IOException | IllegalArgumentException e) {
            String why = e instanceof java.nio.file.NoSuchFileException ? "there is no such file" : e.getMessage();
            throw Failure.usage("Cannot read the settings in " + file + ": " + why);
        }
        Map<String, String> values = new LinkedHashMap<>();
        properties.stringPropertyNames().forEach(key -> values.put(key, properties.getProperty(key)));
        return values;
    }

    /** How to find the cluster. */
    public Bootstrap bootstrap() {
        String where = choice().bootstrap();
        try {
            return where.startsWith(ZOOKEEPER)
                    ? ZooKeeperBootstrap.of(where.substring(ZOOKEEPER.length()))
                    : Bootstrap.of(BrokerAddress.parseList(where));
        } catch (MillraceException e) {
            throw Failure.usage(e.getMessage());
        }
    }

    /** The addresses to begin with, looked up if need be. */
    public List<BrokerAddress> addresses(Duration wait) {
        try {
            return bootstrap()
                    .addresses()
                    .toCompletableFuture()
                    .orTimeout(wait.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException e) {
            throw Failure.of("ZooKeeper does not say which brokers there are: "
                    + (e.getCause() instanceof TimeoutException
                            ? "no answer in time"
                            : e.getCause().getMessage()));
        }
    }

    /** The configuration of a client that has no settings of its own, such as the admin client. */
    public ClientConfig clientConfig() {
        Settings read = clientSettings();
        try {
            String where = choice().bootstrap();
            if (!where.startsWith(ZOOKEEPER)) {
                ClientConfig config = ClientConfig.from(read);
                read.refuseRest();
                return config;
            }
            return ClientConfig.builder(bootstrap()).clientId("millrace-cli").build();
        } catch (MillraceException e) {
            throw Failure.usage(e.getMessage());
        }
    }

    /**
     * Connects. Fails at once if nobody listens at any of the addresses, instead of trying until the time is over.
     *
     * @throws Failure that says what to do
     */
    public Cluster open() {
        return open(clientConfig());
    }

    /** As {@link #open()}, with what all clients share of a producer's or consumer's configuration. */
    public Cluster open(ClientConfig config) {
        ClusterChoice choice = choice();
        if (!choice.bootstrap().startsWith(ZOOKEEPER)) {
            List<BrokerAddress> addresses = BrokerAddress.parseList(choice.bootstrap());
            Dial.any(addresses, Duration.ofMillis(connectMs(choice)), choice.name());
        }
        return Cluster.open(config, choice.bootstrap(), timeout(choice));
    }
}
