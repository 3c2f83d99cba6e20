package io.millrace.tools.group;

import io.millrace.client.admin.CommittedOffset;
import io.millrace.client.admin.GroupDescription;
import io.millrace.client.admin.GroupListing;
import io.millrace.protocol.TopicPartition;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Terminal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code kafka-consumer-groups}: the names, flags and lines of Kafka's script, so that runbooks keep working. */
@Command(name = "kafka-consumer-groups", hidden = true, description = "Takes what Kafka's script of this name takes.")
public final class KafkaConsumerGroups implements Callable<Integer> {
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

    @Option(names = "--state")
    private boolean state;

    @Option(names = {"--offsets", "--verbose"})
    @SuppressWarnings("UnusedVariable") // what is shown anyway
    private boolean offsets;

    @Option(names = "--execute")
    private boolean execute;

    @Option(names = "--dry-run")
    private boolean dryRun;

    @Mixin
    private KafkaReset reset;

    @Mixin
    private ClusterOptions clusters;

    /** One of four. */
    private static final class Action {
        @Option(names = "--list")
        private boolean list;

        @Option(names = "--describe")
        private boolean describe;

        @Option(names = "--delete")
        private boolean delete;

        @Option(names = "--reset-offsets")
        @SuppressWarnings("UnusedVariable") // it is what is left if the others are not given
        private boolean reset;
    }

    KafkaConsumerGroups(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (Cluster cluster = clusters.open()) {
            if (action.list) {
                all(cluster).forEach(terminal.out()::println);
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
            } else {
                names.forEach(name -> reset(cluster, name));
            }
            return 0;
        }
    }

    private static List<String> all(Cluster cluster) {
        return cluster.get(cluster.admin().listGroups()).groups().stream()
                .map(GroupListing::id)
                .toList();
    }

    private void describe(Cluster cluster, GroupDescription group) {
        terminal.out().println();
        if (group.members().isEmpty() && !state) {
            terminal.out().println("Consumer group '" + group.id() + "' has no active members.");
            terminal.out().println();
        }
        if (state) {
            Columns table = new Columns("GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE", "#MEMBERS");
            table.row(
                    group.id(),
                    "(" + group.coordinator() + ")",
                    group.assignor(),
                    group.state(),
                    group.members().size());
            table.print(terminal.out());
        } else if (members) {
            Columns table = new Columns("GROUP", "CONSUMER-ID", "HOST", "CLIENT-ID", "#PARTITIONS");
            group.members()
                    .forEach(member -> table.row(
                            group.id(),
                            member.id(),
                            member.host(),
                            member.clientId(),
                            member.assignment().size()));
            table.print(terminal.out());
        } else {
            offsets(cluster, group).print(terminal.out());
        }
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
        terminal.out().println();
        Columns table = new Columns("GROUP", "TOPIC", "PARTITION", "NEW-OFFSET");
        moves.forEach(move ->
                table.row(name, move.partition().topic(), move.partition().partition(), move.to()));
        table.print(terminal.out());
    }
}
