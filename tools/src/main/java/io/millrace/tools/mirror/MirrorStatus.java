package io.millrace.tools.mirror;

import io.millrace.client.admin.Admin;
import io.millrace.client.net.ClientRuntime;
import io.millrace.client.net.ClusterClient;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Table;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code millrace mirror status}: how far the target is behind, whether a mirror runs or not. */
@Command(
        name = "status",
        description = {
            "Shows for each mirrored partition what both clusters have, and how far the target is behind. Asks the clusters,"
                    + " not the mirror; exit code 1 if something is not mirrored that should be."
        },
        footer = {
            "",
            "Examples:",
            "  millrace mirror status --config mirror.properties",
            "  millrace mirror status --source a:9092 --target b:9092 --topics access -o json"
        })
final class MirrorStatus implements Callable<Integer> {
    private static final Table<StatusReader.Row> TABLE = Table.<StatusReader.Row>of()
            .text("topic", StatusReader.Row::topic)
            .number("partition", StatusReader.Row::partition)
            .number("sourceEnd", StatusReader.Row::sourceEnd)
            .number("targetEnd", StatusReader.Row::targetEnd)
            .number("lagRecords", row -> row.lag().records())
            .number("lagBytes", row -> row.lag().bytes())
            .number("lagSeconds", row -> row.lag().seconds())
            .text("state", StatusReader.Row::state);

    @Mixin
    private MirrorOptions options;

    @Mixin
    private Output output;

    @Override
    public Integer call() throws InterruptedException {
        MirrorConfig config = options.config();
        try (ClientRuntime runtime = ClientRuntime.create();
                Admin source = Admin.open(config.source(), runtime);
                Admin target = Admin.open(config.target(), runtime);
                ClusterClient client = ClusterClient.open(config.source(), runtime, false)) {
            String sourceCluster = Calls.await(source.describeCluster()).get().id();
            NotesRead notes = NotesRead.of(sourceCluster, target, config.target(), runtime);
            StatusReader reader =
                    new StatusReader(source, target, new BatchPeek(client), notes, config, Clock.systemUTC());
            var rows = reader.read();
            output.rows(TABLE, rows, "no topic of the source is wanted");
            boolean isWell = rows.stream().allMatch(StatusReader.Row::isCopied);
            return isWell ? 0 : 1;
        }
    }
}
