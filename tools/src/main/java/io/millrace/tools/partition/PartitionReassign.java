package io.millrace.tools.partition;

import io.millrace.client.admin.Reassignment;
import io.millrace.protocol.TopicPartition;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.placement.Layout;
import io.millrace.tools.placement.Move;
import io.millrace.tools.placement.Mover;
import io.millrace.tools.placement.PlanFile;
import io.millrace.tools.placement.Planner;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace partition reassign}. */
@Command(
        name = "reassign",
        description = "Moves replicas to other brokers, by brokers or by a plan in Kafka's JSON. Shows the plan first.",
        footer = {
            "",
            "Examples:",
            "  millrace partition reassign orders --brokers 1,2,3",
            "  millrace partition reassign orders --brokers 1,2,3 -r 2 --undo before.json --execute",
            "  millrace partition reassign --plan before.json --execute",
            "  millrace partition reassign --status",
            "  millrace partition reassign --cancel"
        })
final class PartitionReassign implements Callable<Integer> {
    private static final Table<Map.Entry<TopicPartition, Reassignment>> STATUS =
            Table.<Map.Entry<TopicPartition, Reassignment>>of()
                    .text("topic", entry -> entry.getKey().topic())
                    .number("partition", entry -> entry.getKey().partition())
                    .text("replicas", entry -> entry.getValue().replicas())
                    .text("adding", entry -> entry.getValue().adding())
                    .text("removing", entry -> entry.getValue().removing());

    @Parameters(arity = "0..*", paramLabel = "TOPIC")
    private List<String> topics = new ArrayList<>();

    @ArgGroup(multiplicity = "1")
    private What what = new What();

    @Option(
            names = {"-r", "--replicas"},
            paramLabel = "N",
            description = "with --brokers: how many replicas each partition gets; default as many as it has")
    private int factor;

    @Mixin
    private Mover mover;

    @Mixin
    private ClusterOptions clusters;

    @Mixin
    private Output output;

    /** One of four. */
    private static final class What {
        @Option(names = "--brokers", split = ",", paramLabel = "ID", description = "spread the topics over these")
        private List<Integer> brokers;

        @Option(names = "--plan", paramLabel = "FILE", description = "as this file says")
        private Path plan;

        @Option(names = "--status", description = "show moves that are under way")
        private boolean status;

        @Option(names = "--cancel", description = "undo moves that are under way")
        private boolean cancel;
    }

    @Override
    public Integer call() {
        try (Cluster cluster = clusters.open()) {
            if (what.status) {
                output.rows(STATUS, underWay(cluster), "No moves are under way");
                return 0;
            }
            if (what.cancel) {
                return cancel(cluster);
            }
            return what.plan == null ? spread(cluster) : follow(cluster);
        }
    }

    private static List<Map.Entry<TopicPartition, Reassignment>> underWay(Cluster cluster) {
        return List.copyOf(cluster.get(cluster.admin().listReassignments()).entrySet());
    }

    private int cancel(Cluster cluster) {
        List<TopicPartition> partitions =
                underWay(cluster).stream().map(Map.Entry::getKey).toList();
        if (!partitions.isEmpty()) {
            cluster.getAll(cluster.admin().cancelReassignments(java.util.Set.copyOf(partitions)));
        }
        output.rows(
                Table.<TopicPartition>of()
                        .text("topic", TopicPartition::topic)
                        .number("partition", TopicPartition::partition),
                partitions,
                "No moves are under way");
        return 0;
    }

    private int spread(Cluster cluster) {
        if (topics.isEmpty()) {
            throw Failure.usage("Which topics shall move? Name them before --brokers");
        }
        Layout layout = Layout.of(cluster, topics);
        for (int broker : what.brokers) {
            checkBroker(layout, broker);
        }
        if (factor > what.brokers.size()) {
            throw Failure.usage(factor + " replicas need as many brokers; --brokers names " + what.brokers.size());
        }
        return mover.run(cluster, layout, new Planner(layout).spread(what.brokers, factor), output);
    }

    private int follow(Cluster cluster) {
        Map<TopicPartition, List<Integer>> plan = PlanFile.read(what.plan);
        Layout layout = Layout.of(
                cluster,
                plan.keySet().stream().map(TopicPartition::topic).distinct().toList());
        List<Move> moves = new ArrayList<>();
        plan.forEach((partition, replicas) -> {
            replicas.forEach(broker -> checkBroker(layout, broker));
            Layout.Placed now = layout.find(partition)
                    .orElseThrow(() -> Failure.of("There is no partition " + partition + "; the plan names it"));
            if (!now.replicas().equals(replicas)) {
                moves.add(new Move(partition, now.replicas(), replicas, now.bytes()));
            }
        });
        return mover.run(cluster, layout, moves, output);
    }

    private static void checkBroker(Layout layout, int broker) {
        if (!layout.racks().containsKey(broker)) {
            throw Failure.of("There is no broker " + broker + " now; those that are up: "
                    + layout.racks().keySet());
        }
    }
}
