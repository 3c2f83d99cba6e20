package io.millrace.tools.config;

import io.millrace.client.admin.ConfigChange;
import io.millrace.client.admin.ConfigEntry;
import io.millrace.client.admin.ConfigResource;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Terminal;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code kafka-configs}: the names, flags and lines of Kafka's script, for topics, brokers and their loggers. */
@Command(name = "kafka-configs", hidden = true, description = "Takes what Kafka's script of this name takes.")
public final class KafkaConfigs implements Callable<Integer> {
    private final Terminal terminal;

    @ArgGroup(multiplicity = "1")
    private Action action = new Action();

    @Mixin
    private KafkaEntity entity;

    @Option(names = "--all")
    private boolean all;

    @Option(names = "--add-config")
    private String add = "";

    @Option(names = "--add-config-file")
    private Path addFile;

    @Option(names = "--delete-config")
    private String delete = "";

    @Option(names = "--force", description = "taken and passed over: nothing is asked")
    @SuppressWarnings("UnusedVariable") // that it is there is all
    private boolean force;

    @Mixin
    private ClusterOptions clusters;

    /** One of two. */
    private static final class Action {
        @Option(names = "--describe")
        private boolean describe;

        @Option(names = "--alter")
        @SuppressWarnings("UnusedVariable") // it is what is left if the others are not given
        private boolean alter;
    }

    KafkaConfigs(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        entity.check(action.describe);
        List<ConfigChange> changes = action.describe ? List.of() : wanted();
        try (Cluster cluster = clusters.open()) {
            if (action.describe) {
                for (ConfigTarget target : entity.targets(cluster)) {
                    describe(target.resource(), target.entries(cluster));
                }
                return 0;
            }
            ConfigTarget target = entity.targets(cluster).get(0);
            Set<String> keys = target.keys(cluster, target.entries(cluster));
            changes.forEach(change -> ConfigTarget.check(change.key(), keys));
            cluster.getAll(cluster.admin().alterConfigs(Map.of(target.resource(), changes)));
            terminal.out().println("Completed updating config for " + name(target.resource()) + ".");
            return 0;
        }
    }

    private List<ConfigChange> wanted() {
        List<ConfigChange> changes = new ArrayList<>(changes(add, delete));
        if (addFile != null) {
            Properties file = new Properties();
            try (Reader in = Files.newBufferedReader(addFile)) {
                file.load(in);
            } catch (IOException | IllegalArgumentException e) {
                throw Failure.usage("Cannot read settings from " + addFile + ": "
                        + (Files.exists(addFile) ? e.getMessage() : "there is no such file"));
            }
            file.stringPropertyNames().stream()
                    .sorted()
                    .forEach(key -> changes.add(ConfigChange.set(key, file.getProperty(key))));
        }
        if (changes.isEmpty()) {
            throw Failure.usage("Nothing to change; say --add-config, --add-config-file or --delete-config");
        }
        return changes;
    }

    private static String name(ConfigResource resource) {
        String kind = resource.type().name().toLowerCase(Locale.ROOT).replace('_', '-');
        return resource.name().isEmpty() ? "default " + kind + "s in the cluster" : kind + " " + resource.name();
    }

    private void describe(ConfigResource resource, Map<String, ConfigEntry> known) {
        terminal.out().println((all ? "All" : "Dynamic") + " configs for " + name(resource) + " are:");
        known.values().stream()
                .filter(entry -> all || isDynamic(entry) || resource.type() == ConfigResource.Type.BROKER_LOGGER)
                .forEach(entry -> {
                    String synonyms = entry.synonyms().stream()
                            .map(synonym -> source(synonym.source()) + ":" + synonym.key() + "="
                                    + synonym.value().orElse("null"))
                            .collect(Collectors.joining(", ", "{", "}"));
                    terminal.out()
                            .println("  " + entry.key() + "=" + entry.value().orElse("null") + " sensitive="
                                    + entry.sensitive() + " synonyms=" + synonyms);
                });
    }

    private static boolean isDynamic(ConfigEntry entry) {
        return switch (entry.source()) {
            case DYNAMIC_TOPIC, DYNAMIC_BROKER, DYNAMIC_ALL_BROKERS -> true;
            default -> false;
        };
    }

    private static String source(ConfigEntry.Source source) {
        return switch (source) {
            case DYNAMIC_TOPIC -> "DYNAMIC_TOPIC_CONFIG";
            case DYNAMIC_BROKER -> "DYNAMIC_BROKER_CONFIG";
            case DYNAMIC_ALL_BROKERS -> "DYNAMIC_DEFAULT_BROKER_CONFIG";
            case DYNAMIC_BROKER_LOGGER -> "DYNAMIC_BROKER_LOGGER_CONFIG";
            case STATIC_BROKER -> "STATIC_BROKER_CONFIG";
            case DEFAULT -> "DEFAULT_CONFIG";
            default -> source.name();
        };
    }

    /**
     * @param added such as a=b,c=[d,e]
     * @param deleted such as a,b
     */
    static List<ConfigChange> changes(String added, String deleted) {
        List<ConfigChange> changes = new ArrayList<>();
        for (String pair : split(added)) {
            int equals = pair.indexOf('=');
            if (equals <= 0) {
                throw Failure.usage("--add-config wants key=value, and '" + pair + "' is not");
            }
            String value = pair.substring(equals + 1).strip();
            boolean list = value.startsWith("[") && value.endsWith("]");
            changes.add(ConfigChange.set(
                    pair.substring(0, equals).strip(), list ? value.substring(1, value.length() - 1) : value));
        }
        split(deleted).forEach(key -> changes.add(ConfigChange.delete(key.strip())));
        return changes;
    }

    /** At commas that are not within brackets. */
    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : ',';
            depth += c == '[' ? 1 : c == ']' ? -1 : 0;
            if (c == ',' && (depth == 0 || i == text.length())) {
                if (i > start) {
                    parts.add(text.substring(start, i));
                }
                start = i + 1;
            }
        }
        return parts;
    }
}
