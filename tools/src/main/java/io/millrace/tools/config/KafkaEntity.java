package io.millrace.tools.config;

import io.millrace.client.admin.ClusterDescription;
import io.millrace.client.admin.ConfigResource;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.terminal.Failure;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Whose settings {@code kafka-configs} is asked for. A mixin. */
final class KafkaEntity {
    @Option(names = "--entity-type")
    private List<String> types = new ArrayList<>();

    @Option(names = "--entity-name")
    private List<String> names = new ArrayList<>();

    @Option(names = "--entity-default")
    private boolean isDefault;

    @Option(names = "--topic")
    private String topic = "";

    @Option(names = "--broker")
    private String broker = "";

    @Option(names = "--broker-defaults")
    private boolean brokerDefaults;

    @Option(names = "--broker-logger")
    private String logger = "";

    @Option(
            names = {"--user", "--client", "--ip", "--group", "--client-metrics"},
            hidden = true)
    private String others = "";

    @Option(
            names = {"--user-defaults", "--client-defaults", "--ip-defaults"},
            hidden = true)
    private boolean otherDefaults;

    /** @throws Failure for what is not to be had here, or is not said */
    void check(boolean toDescribe) {
        if (!others.isEmpty() || otherDefaults || types.size() > 1 || !isKnown(type())) {
            throw Failure.usage(
                    "Here are settings of topics, brokers and broker-loggers; for quotas of users and clients"
                            + " take Kafka's own kafka-configs, which works with these brokers, too");
        }
        if (isDefault && !type().equals("brokers")) {
            throw Failure.usage("--entity-default is for brokers; " + type() + " have no settings in common");
        }
        if (!toDescribe && name().isEmpty() && !isForAllBrokers()) {
            throw Failure.usage("Which of the " + type() + "? Say --entity-name NAME");
        }
        if (type().equals("broker-loggers") && name().isEmpty()) {
            throw Failure.usage("The loggers of which broker? Say --entity-name ID");
        }
    }

    private static boolean isKnown(String type) {
        return List.of("topics", "brokers", "broker-loggers").contains(type);
    }

    private String type() {
        if (!topic.isEmpty()) {
            return "topics";
        }
        if (!broker.isEmpty() || brokerDefaults) {
            return "brokers";
        }
        return logger.isEmpty() ? String.join(",", types) : "broker-loggers";
    }

    private String name() {
        return topic + broker + logger + (names.isEmpty() ? "" : names.get(0));
    }

    private boolean isForAllBrokers() {
        return type().equals("brokers") && (brokerDefaults || isDefault);
    }

    /** Those that are named; all of the kind, as Kafka's script has it, if none is. */
    List<ConfigTarget> targets(Cluster cluster) {
        if (isForAllBrokers()) {
            return List.of(target(ConfigResource.allBrokers()));
        }
        if (!name().isEmpty()) {
            String kind =
                    switch (type()) {
                        case "topics" -> "topic";
                        case "brokers" -> "broker";
                        default -> "loggers";
                    };
            return List.of(ConfigTarget.parse(List.of(kind, name())));
        }
        List<ConfigTarget> all = new ArrayList<>();
        if (type().equals("topics")) {
            cluster.topics().keySet().forEach(one -> all.add(target(ConfigResource.topic(one))));
        } else {
            ClusterDescription described = cluster.get(cluster.admin().describeCluster());
            described.nodes().forEach(node -> all.add(target(ConfigResource.broker(node.id()))));
            all.add(target(ConfigResource.allBrokers()));
        }
        return all;
    }

    private static ConfigTarget target(ConfigResource resource) {
        return new ConfigTarget(resource, List.of());
    }
}
