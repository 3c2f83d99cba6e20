package io.millrace.tools.mirror;

import io.millrace.client.admin.Admin;
import io.millrace.client.net.ClientRuntime;
import io.millrace.client.net.ClusterClient;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace mirror failback}: has the old source become a mirror of what was promoted. */
@Command(
        name = "failback",
        description = {
            "Turns the direction round for topics that were promoted: the old source takes no producers any more, and is a"
                    + " mirror of the promoted topic from where it ends. Then run the mirror with source and target exchanged;"
                    + " it copies only what is missing. Refused, with nothing changed, if the old source has records that were"
                    + " never copied."
        },
        footer = {
            "",
            "Examples:",
            "  millrace mirror failback --source a:9092 --target b:9092 access   a was the source, b was promoted",
            "  millrace mirror run --source b:9092 --target a:9092 --topics access",
            "  millrace mirror failback --config mirror.properties access --dry-run"
        })
final class MirrorFailback implements Callable<Integer> {
    private static final Table<Failback.Row> TABLE = Table.<Failback.Row>of()
            .text("topic", row -> row.partition().topic())
            .number("partition", row -> row.partition().partition())
            .number("oldEnd", Failback.Row::oldEnd)
            .number("promotedEnd", Failback.Row::promotedEnd)
            .number("missing", Failback.Row::missing);

    @Mixin
    private MirrorOptions options;

    @Mixin
    private Output output;

    @Option(names = "--dry-run", description = "compare both sides, and change nothing")
    private boolean dryRun;

    @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "topics, by their names in the old source")
    private List<String> topics;

    @Override
    public Integer call() throws InterruptedException {
        MirrorConfig config = options.config();
        try (ClientRuntime runtime = ClientRuntime.create();
                Admin old = Admin.open(config.source(), runtime);
                Admin promoted = Admin.open(config.target(), runtime);
                ClusterClient oldClient = ClusterClient.open(config.source(), runtime, false);
                ClusterClient promotedClient = ClusterClient.open(config.target(), runtime, false)) {
            LoopGuard guard = new LoopGuard(
                    Calls.await(promoted.describeCluster()).get().id(),
                    Calls.await(old.describeCluster()).get().id());
            Failback failback = new Failback(old, promoted, oldClient, promotedClient, guard);
            List<Failback.Row> rows = new ArrayList<>();
            for (String topic : topics) {
                rows.addAll(failback.turn(topic, config.targetName(topic), dryRun));
            }
            output.rows(TABLE, rows, "nothing to turn round");
            return 0;
        }
    }
}
