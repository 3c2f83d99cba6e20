package io.millrace.tools.config;

import io.millrace.client.admin.ConfigEntry;
import io.millrace.client.admin.ConfigResource;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Nearest;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whose settings are meant, and which.
 *
 * @param rest the words after it
 */
record ConfigTarget(ConfigResource resource, List<String> rest) {
    static final String WORDS = "topic NAME, broker ID, brokers for all of them, or loggers ID";

    /** @throws Failure if the words begin with no target */
    static ConfigTarget parse(List<String> words) {
        String kind = words.isEmpty() ? "" : words.get(0);
        switch (kind) {
            case "brokers" -> {
                return new ConfigTarget(ConfigResource.allBrokers(), words.subList(1, words.size()));
            }
            case "topic", "broker", "loggers" -> {
                if (words.size() < 2) {
                    throw Failure.usage("Which " + (kind.equals("topic") ? kind : "broker") + "? Say " + WORDS);
                }
                String name = words.get(1);
                return new ConfigTarget(resource(kind, name), words.subList(2, words.size()));
            }
            default -> throw Failure.usage("'" + kind + "' has no settings; say " + WORDS);
        }
    }

    private static ConfigResource resource(String kind, String name) {
        return switch (kind) {
            case "topic" -> ConfigResource.topic(name);
            case "broker" -> ConfigResource.broker(brokerId(name));
            default -> ConfigResource.loggers(brokerId(name));
        };
    }

    private static int brokerId(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw Failure.usage("'" + text + "' is no id of a broker; 'millrace broker list' shows them");
        }
    }

    /** All settings by key. */
    Map<String, ConfigEntry> entries(Cluster cluster) {
        if (resource.type() == ConfigResource.Type.TOPIC) {
            cluster.describe(List.of(resource.name())); // the nearest name, if it is not there
        }
        return cluster.getAll(cluster.admin().describeConfigs(List.of(resource)))
                .get(resource);
    }

    /** All keys that there are: for all brokers together those of any one, as there only those that are set are told. */
    Set<String> keys(Cluster cluster, Map<String, ConfigEntry> entries) {
        if (!resource.equals(ConfigResource.allBrokers())) {
            return entries.keySet();
        }
        int any = cluster.get(cluster.admin().describeCluster()).nodes().get(0).id();
        ConfigResource broker = ConfigResource.broker(any);
        return cluster.getAll(cluster.admin().describeConfigs(List.of(broker)))
                .get(broker)
                .keySet();
    }

    /** @throws Failure naming the key that was likely meant, if it is none of these */
    static void check(String key, Set<String> known) {
        if (!known.contains(key)) {
            throw Failure.of("There is no setting '" + key + "'" + Nearest.hint(key, known));
        }
    }
}
