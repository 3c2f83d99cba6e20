package io.millrace.tools.group;

import io.millrace.client.admin.CommittedOffset;
import io.millrace.client.admin.GroupDescription;
import io.millrace.client.admin.GroupListing;
import io.millrace.protocol.TopicPartition;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Printable;
import io.millrace.tools.terminal.Terminal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code kafka-consumer-groups}: the names, flags and lines of Kafka's script, so that runbooks keep working. */
@Command(name = "kafka-consumer-groups", hidden = true, description = "Takes what Kafka's script of this name takes.")
public final class KafkaConsumerGroups implements Callable<Integer> {
    private static final String NOT_GIVEN = "-";

    private final Terminal terminal;

    @ArgGroup(multiplicity = "1")
    private Action action = new Action();

    @Option(names = "--group")
    private List<String> groups = new ArrayList<>();

    @Option(names = "--all-groups")
    private boolean allGroups;

    @Option(names = "--topic")
    private List<String> topics = new ArrayList<>();

    @Option(names = "--all-topics")
    private boolean allTopics;

    @Option(names = "--members")
    private boolean members;

    @Option(names = "--verbose", description = "with --members: their partitions, too")
    private boolean verbose;

    @Option(
            names = "--state",
            arity = "0..1",
            fallbackValue = "",
            description = "with --list only groups in this state")
    private String state = NOT_GIVEN;

    @Option(names = "--offsets")
    @SuppressWarnings("UnusedVariable") // what is shown anyway
    private boolean offsets;

    @Option(names = "--export", description = "prints topic,partition,offset: what --from-file reads")
    private boolean export;

    @Option(names = "--execute")
    private boolean execute;

    @Option(names = "--dry-run")
    private boolean dryRun;

    @Mixin
    private KafkaReset reset;

    @Mixin
    private ClusterOptions clusters;

    /** One of five. */
    private static final class Action {
        @Option(names = "--list")
        private boolean list;

        @Option(names = "--describe")
        private boolean describe;

        @Option(names = "--delete")
        private boolean delete;

        @Option(names = "--delete-offsets")
        private boolean deleteOffsets;

        @Option(names = "--reset-offsets")
        @SuppressWarnings("UnusedVariable") // it is what is left if the others are not given
        private boolean reset;
    }

    KafkaConsumerGroups(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        clusters.takeMillis();
        try (Cluster cluster = clusters.open()) {
            if (action.list) {
                list(cluster);
                return 0;
            }
            List<String> names = allGroups ? all(cluster) : groups;
            if (names.isEmpty()) {
                throw Failure.usage("Which group? Say --group NAME or --all-groups");
            }
            if (action.describe) {
                names.forEach(name -> describe(cluster, Groups.describe(cluster, name)));
            } else if (action.delete) {
                cluster.getAll(cluster.admin().deleteGroups(names));
                terminal.out()
                        .println("Deletion of requested consumer groups ('" + String.join("', '", names)
                                + "') was successful.");
            } else if (action.deleteOffsets) {
                names.forEach(name -> deleteOffsets(cluster, name));
            } else {
                names.forEach(name -> reset(cluster, name));
            }
            return 0;
        }
    }

    private void list(Cluster cluster) {
        if (state.equals(NOT_GIVEN)) {
            all(cluster).forEach(name -> terminal.out().println(Printable.of(name)));
            return;
        }
        List<String> wanted = List.of(state.toLowerCase(Locale.ROOT).split(" *, *"));
        Columns table = new Columns("GROUP", "STATE");
        cluster.get(cluster.admin().listGroups()).groups().stream()
                .filter(group ->
                        state.isEmpty() || wanted.contains(group.state().toLowerCase(Locale.ROOT)))
                .forEach(group -> table.row(group.id(), group.state()));
        table.print(terminal.out());
    }

    private static List<String> all(Cluster cluster) {
        return cluster.get(cluster.admin().listGroups()).groups().stream()
                .map(GroupListing::id)
                .toList();
    }

    private void describe(Cluster cluster, GroupDescription group) {
        terminal.out().println();
        if (group.members().isEmpty() && state.equals(NOT_GIVEN)) {
            terminal.out().println("Consumer group '" + group.id() + "' has no active members.");
            terminal.out().println();
        }
        if (!state.equals(NOT_GIVEN)) {
            Columns table = new Columns("GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE", "#MEMBERS");
            table.row(
                    group.id(),
                    "(" + group.coordinator() + ")",
                    group.assignor(),
                    group.state(),
                    group.members().size());
            table.print(terminal.out());
        } else if (members) {
            members(group).print(terminal.out());
        } else {
            offsets(cluster, group).print(terminal.out());
        }
    }

    private Columns members(GroupDescription group) {
        List<Object> headings = List.of("GROUP", "CONSUMER-ID", "HOST", "CLIENT-ID", "#PARTITIONS", "ASSIGNMENT");
        int shown = verbose ? headings.size() : headings.size() - 1;
        Columns table = new Columns(headings.subList(0, shown).toArray());
        group.members().forEach(member -> {
            List<Object> cells = List.of(
                    group.id(),
                    member.id(),
                    member.host(),
                    member.clientId(),
                    member.assignment().size(),
                    assignment(member.assignment()));
            table.row(cells.subList(0, shown).toArray());
        });
        return table;
    }

    /** Such as orders(0,1), payments(3). */
    static String assignment(Collection<TopicPartition> partitions) {
        TreeMap<String, TreeSet<Integer>> byTopic = new TreeMap<>();
        partitions.forEach(partition -> byTopic.computeIfAbsent(partition.topic(), topic -> new TreeSet<>())
                .add(partition.partition()));
        return byTopic.isEmpty()
                ? "-"
                : byTopic.entrySet().stream()
                        .map(topic -> topic.getKey()
                                + topic.getValue().stream()
                                        .map(Object::toString)
                                        .collect(Collectors.joining(",", "(", ")")))
                        .collect(Collectors.joining(", "));
    }

    private static Columns offsets(Cluster cluster, GroupDescription group) {
        Columns table = new Columns(
                "GROUP",
                "TOPIC",
                "PARTITION",
                "CURRENT-OFFSET",
                "LOG-END-OFFSET",
                "LAG",
                "CONSUMER-ID",
                "HOST",
                "CLIENT-ID");
        Map<TopicPartition, GroupDescription.Member> readers = new LinkedHashMap<>();
        group.members().forEach(member -> member.assignment().forEach(partition -> readers.put(partition, member)));
        for (PartitionLag lag : PartitionLags.of(cluster, group, Map.of())) {
            GroupDescription.Member reader = readers.get(lag.partition());
            table.row(
                    group.id(),
                    lag.partition().topic(),
                    lag.partition().partition(),
                    Columns.orDash(lag.position()),
                    Columns.orDash(lag.end()),
                    Columns.orDash(lag.lag()),
                    reader == null ? "-" : reader.id(),
                    reader == null ? "-" : reader.host(),
                    reader == null ? "-" : reader.clientId());
        }
        return table;
    }

    private void deleteOffsets(Cluster cluster, String name) {
        if (topics.isEmpty()) {
            throw Failure.usage("Of which topics? Say --topic NAME");
        }
        Set<TopicPartition> positions =
                SeekPlan.of(cluster, name, topics).positions().keySet();
        cluster.getAll(cluster.admin().deleteGroupOffsets(name, positions));
        terminal.out().println("Request succeed for deleting offsets from group " + name + ".");
        terminal.out().println();
        Columns table = new Columns("TOPIC", "PARTITION", "STATUS");
        positions.forEach(partition -> table.row(partition.topic(), partition.partition(), "Successful"));
        table.print(terminal.out());
    }

    private void reset(Cluster cluster, String name) {
        if (topics.isEmpty() && !allTopics && !reset.hasFile()) {
            throw Failure.usage("Which topics? Say --topic NAME or --all-topics");
        }
        Groups.find(cluster, name).ifPresent(Groups::refuseActive);
        SeekPlan plan = SeekPlan.of(cluster, name, topics);
        List<SeekTarget.Move> moves = reset.moves(plan);
        if (execute && !dryRun) {
            Map<TopicPartition, CommittedOffset> wanted = new LinkedHashMap<>();
            moves.forEach(move -> wanted.put(move.partition(), CommittedOffset.of(move.to())));
            cluster.getAll(cluster.admin().alterGroupOffsets(name, wanted));
        }
        if (export) {
            Map<TopicPartition, Long> targets = new LinkedHashMap<>();
            moves.forEach(move -> targets.put(move.partition(), move.to()));
            SeekFile.lines(targets).forEach(terminal.out()::println);
            return;
        }
        terminal.out().println();
        Columns table = new Columns("GROUP", "TOPIC", "PARTITION", "NEW-OFFSET");
        moves.forEach(move ->
                table.row(name, move.partition().topic(), move.partition().partition(), move.to()));
        table.print(terminal.out());
    }
}
