package io.millrace.tools.topic;

import io.millrace.client.admin.Done;
import io.millrace.client.admin.ItemResult;
import io.millrace.client.admin.NewPartitions;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.connect.Outcome;
import io.millrace.tools.terminal.Changes;
import io.millrace.tools.terminal.Output;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace topic add-partitions}. */
@Command(
        name = "add-partitions",
        description = "Gives a topic more partitions. Keys then go to other partitions than before.",
        footer = {
            "",
            "Examples:",
            "  millrace topic add-partitions orders --to 12 --dry-run",
            "  millrace topic add-partitions orders --by 2"
        })
final class TopicAddPartitions implements Callable<Integer> {
    @Parameters(paramLabel = "TOPIC")
    private String name = "";

    @ArgGroup(multiplicity = "1")
    private Count count = new Count();

    @Mixin
    private Changes changes;

    @Mixin
    private ClusterOptions clusters;

    @Mixin
    private Output output;

    /** One of two ways to say it. */
    private static final class Count {
        @Option(names = "--to", paramLabel = "N", description = "so many in all")
        private int to;

        @Option(names = "--by", paramLabel = "N", description = "so many more")
        private int by;
    }

    @Override
    public Integer call() {
        try (Cluster cluster = clusters.open()) {
            int now = cluster.describe(List.of(name)).get(0).partitions().size();
            int then = count.to > 0 ? count.to : now + count.by;
            Map<String, NewPartitions> wanted = Map.of(name, NewPartitions.to(then));
            Map<String, ItemResult<Done>> results = cluster.await(
                    changes.isDryRun()
                            ? cluster.admin().checkPartitions(wanted)
                            : cluster.admin().addPartitions(wanted));
            String what = "topic '" + name + "' from " + now + " to " + then + " partitions";
            results.forEach((topic, result) -> new Outcome(topic, "Widened", "widen", what).tell(changes, result));
            return changes.print(output);
        }
    }
}
