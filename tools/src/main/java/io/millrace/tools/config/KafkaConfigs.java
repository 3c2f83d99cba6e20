package io.millrace.tools.config;

import io.millrace.client.admin.ConfigChange;
import io.millrace.client.admin.ConfigEntry;
import io.millrace.client.admin.ConfigResource;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code kafka-configs}: the names, flags and lines of Kafka's script, for topics and brokers. */
@Command(name = "kafka-configs", hidden = true, description = "Takes what Kafka's script of this name takes.")
public final class KafkaConfigs implements Callable<Integer> {
    private final Terminal terminal;

    @ArgGroup(multiplicity = "1")
    private Action action = new Action();

    @Option(names = "--entity-type")
    private String entityType = "";

    @Option(names = "--entity-name")
    private String entityName = "";

    @Option(names = "--entity-default")
    private boolean entityDefault;

    @Option(names = "--topic")
    private String topic = "";

    @Option(names = "--broker")
    private String broker = "";

    @Option(names = "--broker-defaults")
    private boolean brokerDefaults;

    @Option(names = "--all")
    private boolean all;

    @Option(names = "--add-config")
    private String add = "";

    @Option(names = "--delete-config")
    private String delete = "";

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
        ConfigTarget target = ConfigTarget.parse(words());
        try (Cluster cluster = clusters.open()) {
            Map<String, ConfigEntry> known = target.entries(cluster);
            if (action.describe) {
                describe(target.resource(), known);
                return 0;
            }
            List<ConfigChange> changes = changes(add, delete);
            if (changes.isEmpty()) {
                throw Failure.usage("Nothing to change; say --add-config or --delete-config");
            }
            Set<String> keys = target.keys(cluster, known);
            changes.forEach(change -> ConfigTarget.check(change.key(), keys));
            cluster.getAll(cluster.admin().alterConfigs(Map.of(target.resource(), changes)));
            terminal.out().println("Completed updating config for " + name(target.resource()) + ".");
            return 0;
        }
    }

    private List<String> words() {
        boolean defaults = brokerDefaults || (entityDefault && entityType.equals("brokers"));
        if (defaults) {
            return List.of("brokers");
        }
        if (!topic.isEmpty() || entityType.equals("topics")) {
            return List.of("topic", topic.isEmpty() ? required() : topic);
        }
        if (!broker.isEmpty() || entityType.equals("brokers")) {
            return List.of("broker", broker.isEmpty() ? required() : broker);
        }
        throw Failure.usage("--entity-type must be topics or brokers");
    }

    private String required() {
        if (entityName.isEmpty()) {
            throw Failure.usage("Which of the " + entityType + "? Say --entity-name NAME");
        }
        return entityName;
    }

    private static String name(ConfigResource resource) {
        String kind = resource.type().name().toLowerCase(Locale.ROOT);
        return resource.name().isEmpty() ? "default " + kind + "s in the cluster" : kind + " " + resource.name();
    }

    private void describe(ConfigResource resource, Map<String, ConfigEntry> known) {
        terminal.out().println((all ? "All" : "Dynamic") + " configs for " + name(resource) + " are:");
        known.values().stream().filter(entry -> all || isDynamic(entry)).forEach(entry -> {
            String synonyms = entry.synonyms().stream()
                    .map(synonym -> source(synonym.source()) + ":" + synonym.key() + "="
                            + synonym.value().orElse("null"))
                    .collect(Collectors.joining(", ", "{", "}"));
            terminal.out()
                    .println("  " + entry.key() + "=" + entry.value().orElse("null") + " sensitive=" + entry.sensitive()
                            + " synonyms=" + synonyms);
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
