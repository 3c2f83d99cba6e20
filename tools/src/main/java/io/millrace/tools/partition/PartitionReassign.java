package io.millrace.tools.partition;

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
import io.millrace.tools.terminal.Terminal;
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
            "  millrace partition reassign orders --cancel",
            "  millrace partition reassign --cancel --execute"
        })
final class PartitionReassign implements Callable<Integer> {
    private final Terminal terminal;

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

        @Option(names = "--status", description = "show moves that are under way, of TOPICs or all")
        private boolean status;

        @Option(names = "--cancel", description = "take back moves that are under way, of TOPICs or all")
        private boolean cancel;
    }

    PartitionReassign(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (Cluster cluster = clusters.open()) {
            if (what.status || what.cancel) {
                return underWay(cluster);
            }
            return what.plan == null ? spread(cluster) : follow(cluster);
        }
    }

    private int underWay(Cluster cluster) {
        if (!topics.isEmpty()) {
            cluster.describe(topics); // names one that is not there
        }
        UnderWay moves = UnderWay.of(cluster.get(cluster.admin().listReassignments()), topics);
        if (what.status) {
            moves.show(output);
            return 0;
        }
        if (!mover.isToExecute() || moves.moves().isEmpty()) {
            moves.plan(output, terminal);
            return 0;
        }
        return moves.cancelled(
                cluster.await(cluster.admin().cancelReassignments(moves.moves().keySet())), output, terminal);
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
