package io.millrace.tools.topic;

import io.millrace.client.admin.ConfigEntry;
import io.millrace.client.admin.ConfigResource;
import io.millrace.client.admin.NewPartitions;
import io.millrace.client.admin.NewTopic;
import io.millrace.client.admin.TopicDescription;
import io.millrace.client.admin.TopicDescription.Partition;
import io.millrace.client.admin.TopicListing;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Terminal;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code kafka-topics}: the names, flags and lines of Kafka's script, so that runbooks keep working. */
@Command(name = "kafka-topics", hidden = true, description = "Takes what Kafka's script of this name takes.")
public final class KafkaTopics implements Callable<Integer> {
    private final Terminal terminal;

    @ArgGroup(multiplicity = "1")
    private Action action = new Action();

    @Option(names = "--topic", description = "a name, or a regular expression")
    private String topic = "";

    @Option(names = "--partitions")
    private int partitions = -1;

    @Option(names = "--replication-factor")
    private int replicationFactor = -1;

    @Option(names = "--config")
    private Map<String, String> configs = new LinkedHashMap<>();

    @Option(names = "--if-exists")
    private boolean ifExists;

    @Option(names = "--if-not-exists")
    private boolean ifNotExists;

    @Option(names = "--exclude-internal")
    private boolean excludeInternal;

    @Mixin
    private KafkaTopicsFilter filter;

    @Option(
            names = "--replica-assignment",
            description = "the brokers of each partition, as in 1:2,2:3; the first of each is the preferred leader")
    private String assignment = "";

    @Option(
            names = {"--topic-id", "--topic-id-type"},
            hidden = true)
    private String id = "";

    @Option(
            names = {"--force", "--partition-size-limit-per-response"},
            arity = "0..1",
            hidden = true,
            description = "taken and passed over: nothing is asked, and answers are of any size")
    @SuppressWarnings("UnusedVariable") // that it is there is all
    private String passedOver = "";

    @Mixin
    private ClusterOptions clusters;

    /** One of five. */
    private static final class Action {
        @Option(names = "--list")
        private boolean list;

        @Option(names = "--describe")
        private boolean describe;

        @Option(names = "--create")
        private boolean create;

        @Option(names = "--delete")
        private boolean delete;

        @Option(names = "--alter")
        private boolean alter;
    }

    KafkaTopics(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (!id.isEmpty()) {
            throw Failure.usage("Topics go by their names here: say --topic NAME");
        }
        if (topic.isEmpty() && (action.create || action.delete || action.alter)) {
            throw Failure.usage("Which topic? Say --topic NAME");
        }
        try (Cluster cluster = clusters.open()) {
            if (action.create) {
                create(cluster);
                return 0;
            }
            List<String> names = names(cluster);
            if (names.isEmpty() && !topic.isEmpty() && !ifExists) {
                throw cluster.unknownTopic(topic);
            }
            if (action.list) {
                names.forEach(terminal.out()::println);
            } else if (action.describe) {
                describe(cluster, names);
            } else if (action.delete) {
                cluster.getAll(cluster.admin().deleteTopics(names));
            } else {
                alter(cluster, names);
            }
            return 0;
        }
    }

    private List<String> names(Cluster cluster) {
        Pattern pattern;
        try {
            pattern = Pattern.compile(topic.isEmpty() ? ".*" : topic);
        } catch (PatternSyntaxException e) {
            throw Failure.usage("--topic '" + topic + "' is no regular expression: " + e.getDescription());
        }
        return cluster.topics().values().stream()
                .filter(listed -> !excludeInternal || !listed.internal())
                .map(TopicListing::name)
                .filter(name -> name.equals(topic) || pattern.matcher(name).matches())
                .toList();
    }

    private void create(Cluster cluster) {
        if (ifNotExists && cluster.topics().containsKey(topic)) {
            return;
        }
        List<List<Integer>> brokers = assignment.isEmpty() ? List.of() : brokers(assignment);
        cluster.getAll(
                cluster.admin().createTopics(new NewTopic(topic, partitions, replicationFactor, brokers, configs)));
        terminal.out().println("Created topic " + topic + ".");
    }

    /** Such as 1:2,2:3. */
    static List<List<Integer>> brokers(String text) {
        try {
            return Arrays.stream(text.split(","))
                    .map(partition -> Arrays.stream(partition.split(":"))
                            .map(id -> Integer.valueOf(id.strip()))
                            .toList())
                    .toList();
        } catch (NumberFormatException e) {
            throw Failure.usage("--replica-assignment '" + text + "' cannot be read; write such as 1:2,2:3");
        }
    }

    private void alter(Cluster cluster, List<String> names) {
        if (partitions < 1) {
            throw Failure.usage("How many partitions? Say --partitions N; settings are changed by kafka-configs");
        }
        Map<String, NewPartitions> wanted = new LinkedHashMap<>();
        names.forEach(name -> wanted.put(name, NewPartitions.to(partitions)));
        cluster.getAll(cluster.admin().addPartitions(wanted));
    }

    private void describe(Cluster cluster, List<String> names) {
        if (names.isEmpty()) {
            return;
        }
        Map<ConfigResource, Map<String, ConfigEntry>> settings = cluster.getAll(cluster.admin()
                .describeConfigs(names.stream().map(ConfigResource::topic).toList()));
        for (TopicDescription described : cluster.describe(names)) {
            print(described, settings.get(ConfigResource.topic(described.name())));
        }
    }

    private void print(TopicDescription described, Map<String, ConfigEntry> settings) {
        PrintStream out = terminal.out();
        String own = settings.values().stream()
                .filter(entry -> entry.source() == ConfigEntry.Source.DYNAMIC_TOPIC)
                .map(entry -> entry.key() + "=" + entry.value().orElse(""))
                .collect(Collectors.joining(","));
        if (filter.showsTopic(!own.isEmpty())) {
            out.println("Topic: " + described.name() + "\tTopicId: " + described.id() + "\tPartitionCount: "
                    + described.partitions().size() + "\tReplicationFactor: "
                    + described.partitions().get(0).replicas().size() + "\tConfigs: " + own);
        }
        List<Partition> wanted = filter.partitions(described.partitions(), leastInSync(settings));
        for (Partition partition : wanted) {
            String leader = partition.leader().isPresent()
                    ? Integer.toString(partition.leader().getAsInt())
                    : "none";
            out.println("\tTopic: " + described.name() + "\tPartition: " + partition.number() + "\tLeader: " + leader
                    + "\tReplicas: " + ids(partition.replicas()) + "\tIsr: " + ids(partition.isr()));
        }
    }

    private static int leastInSync(Map<String, ConfigEntry> settings) {
        ConfigEntry entry = settings.get("min.insync.replicas");
        return entry == null ? 1 : Integer.parseInt(entry.value().orElse("1"));
    }

    private static String ids(List<Integer> brokers) {
        return brokers.stream().map(Object::toString).collect(Collectors.joining(","));
    }
}
