package io.millrace.tools.partition;

import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.placement.Layout;
import io.millrace.tools.placement.Mover;
import io.millrace.tools.placement.Planner;
import io.millrace.tools.terminal.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code millrace partition balance}. */
@Command(
        name = "balance",
        description =
                "Evens out replicas, bytes and leaders between brokers with few moves. Shows the plan and its cost"
                        + " first.",
        footer = {
            "",
            "Examples:",
            "  millrace partition balance",
            "  millrace partition balance orders -o json",
            "  millrace partition balance --undo before.json --execute"
        })
final class PartitionBalance implements Callable<Integer> {
    @Parameters(arity = "0..*", paramLabel = "TOPIC", description = "only these; default all")
    private List<String> topics = new ArrayList<>();

    @Mixin
    private Mover mover;

    @Mixin
    private ClusterOptions clusters;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        try (Cluster cluster = clusters.open()) {
            Layout layout = Layout.of(cluster, topics);
            return mover.run(cluster, layout, new Planner(layout).balance(), output);
        }
    }
}
