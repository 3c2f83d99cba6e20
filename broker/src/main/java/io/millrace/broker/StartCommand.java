package io.millrace.broker;

import io.millrace.broker.config.InvalidSettingException;
import io.millrace.broker.config.Settings;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace start}: runs a broker until it is told to stop. */
@Command(
        name = "start",
        description = "Runs a broker until it gets SIGTERM or SIGINT. Without zookeeper.connect it embeds ZooKeeper.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "Settings bear Kafka's names; see docs/operations.md for all of them. MILLRACE_LOG_RETENTION_HOURS=24 in the"
                    + " environment sets log.retention.hours; the command line wins over it, and it over the file. Examples:",
            "  millrace start",
            "  millrace start --data /tmp/m --set listeners=PLAINTEXT://127.0.0.1:19092 --set num.partitions=6",
            "  millrace start --config config/broker.properties --set broker.id=2",
            "  millrace start --set zookeeper.connect=127.0.0.1:2181     # with 'millrace zookeeper' beside it",
            "  millrace start --data /tmp/b1 --set broker.id=1 --set listeners=PLAINTEXT://127.0.0.1:9092"
                    + " --set zookeeper.embedded.ensemble=127.0.0.1:2181,127.0.0.1:2182,127.0.0.1:2183    # one of three"
        })
final class StartCommand implements Callable<Integer> {
    private static final String LOG_DIRS = "log.dirs";
    private static final String DEFAULT_DATA = "data";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "a properties file with settings, as Kafka's server.properties")
    private Path config;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "a setting; wins over the file; may be repeated")
    private Map<String, String> set = new LinkedHashMap<>();

    @Option(names = "--data", paramLabel = "DIR", description = "where data is kept: short for --set log.dirs=DIR")
    private Path data;

    @Option(
            names = "--announce",
            hidden = true,
            description = "one more line when it is ready, for those who wait for that of another program")
    private Optional<String> announcement = Optional.empty();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws StartupException, InterruptedException {
        Instant launched = launched();
        Broker broker;
        try {
            Settings settings = settings();
            BrokerConfig brokerConfig = BrokerConfig.from(settings);
            LogOutput.follow(settings);
            Logger log = LoggerFactory.getLogger(StartCommand.class);
            KnownKeys.warnings(settings, BrokerConfig.allSettings()).forEach(log::warn);
            broker = Broker.start(brokerConfig);
        } catch (InvalidSettingException e) {
            throw new StartupException(e.getMessage());
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(broker), "shutdown"));
        spec.commandLine()
                .getOut()
                .printf(
                        "Millrace ready on %s (broker %d, cluster %s) in %d ms%n",
                        String.join(", ", broker.addresses()),
                        broker.id(),
                        broker.clusterId(),
                        Duration.between(launched, Instant.now()).toMillis());
        announcement.ifPresent(spec.commandLine().getOut()::println);
        spec.commandLine().getOut().flush();
        broker.awaitClosed();
        return 0;
    }

    /** When the launcher was called; without a launcher, now. */
    private static Instant launched() {
        return Optional.ofNullable(Long.getLong("millrace.launched.us"))
                .map(us -> Instant.EPOCH.plus(us, ChronoUnit.MICROS))
                .orElseGet(Instant::now);
    }

    /** Runs on the shutdown hook: a signal asked for the end, which is no failure. */
    private static void stop(Broker broker) {
        broker.close();
        Runtime.getRuntime().halt(0);
    }

    private Settings settings() throws StartupException {
        Map<String, String> given = new LinkedHashMap<>();
        if (config != null) {
            given.putAll(read(config));
        }
        given.putAll(new Environment(System.getenv()).settings(BrokerConfig.allSettings()));
        boolean hasDirs =
                Stream.of(LOG_DIRS, "log.dir").anyMatch(key -> given.containsKey(key) || set.containsKey(key));
        if (data != null || !hasDirs) {
            given.put(
                    LOG_DIRS,
                    Optional.ofNullable(data).orElse(Path.of(DEFAULT_DATA)).toString());
        }
        given.putAll(set);
        return new Settings(given);
    }

    private static Map<String, String> read(Path file) throws StartupException {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            properties.load(in);
        } catch (IOException | IllegalArgumentException e) {
            throw new StartupException("Cannot read the settings file " + file + ": " + reason(e));
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (String key : List.copyOf(properties.stringPropertyNames())) {
            values.put(key, properties.getProperty(key));
        }
        return values;
    }

    private static String reason(Exception e) {
        return e instanceof java.nio.file.NoSuchFileException ? "there is no such file" : e.getMessage();
    }
}
