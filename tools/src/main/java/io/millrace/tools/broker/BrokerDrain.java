package io.millrace.tools.broker;

import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.placement.Layout;
import io.millrace.tools.placement.Move;
import io.millrace.tools.placement.Mover;
import io.millrace.tools.placement.Planner;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Terminal;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace broker drain}. */
@Command(
        name = "drain",
        description = "Takes leadership away from a broker, and with --replicas all it has. Shows the plan first.",
        footer = {
            "",
            "Examples:",
            "  millrace broker drain 1",
            "  millrace broker drain 1 --undo before.json --execute",
            "  millrace broker drain 1 --replicas -o json"
        })
final class BrokerDrain implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "ID")
    private int id;

    @Option(names = "--replicas", description = "its replicas, too: they are copied to other brokers")
    private boolean replicas;

    @Mixin
    private Mover mover;

    @Mixin
    private ClusterOptions clusters;

    @Mixin
    private Output output;

    BrokerDrain(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (Cluster cluster = clusters.open()) {
            if (!replicas) {
                BrokerDescribe.find(cluster, id); // only who is up can lead
            }
            Layout layout = Layout.of(cluster, List.of());
            Planner planner = new Planner(layout);
            List<Move> moves = replicas ? planner.drainReplicas(id) : planner.drainLeaders(id);
            int code = mover.run(cluster, layout, moves, output);
            long stay = staying(layout, moves);
            if (stay > 0) {
                terminal.err()
                        .println("millrace: " + stay + (stay == 1 ? " partition has" : " partitions have")
                                + (replicas ? " no other broker to go to" : " no other replica in sync to lead")
                                + ", and " + (stay == 1 ? "stays" : "stay") + " with broker " + id);
                return 1;
            }
            return code;
        }
    }

    private long staying(Layout layout, List<Move> moves) {
        Set<Object> moved = new HashSet<>();
        moves.forEach(move -> moved.add(move.partition()));
        Stream<Layout.Placed> all = layout.partitions().stream()
                .filter(placed -> replicas
                        ? placed.replicas().contains(id)
                        : placed.leader().orElse(-1) == id);
        return all.filter(placed -> !moved.contains(placed.partition())).count();
    }
}
