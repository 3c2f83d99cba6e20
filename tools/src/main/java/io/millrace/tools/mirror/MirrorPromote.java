package io.millrace.tools.mirror;

import io.millrace.client.admin.Admin;
import io.millrace.client.net.ClientRuntime;
import io.millrace.client.net.ClusterClient;
import io.millrace.protocol.TopicPartition;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace mirror promote}: has mirrors take producers. */
@Command(
        name = "promote",
        description = {
            "Has topics that are mirrors take producers, and no mirror any more. What the source still has and the target"
                    + " lacks is not copied then: stop the producers there first, and wait until mirror status shows no lag,"
                    + " unless the source is lost."
        },
        footer = {
            "",
            "Examples:",
            "  millrace mirror promote --target b:9092 orders errors",
            "  millrace mirror promote --config mirror.properties access --dry-run"
        })
final class MirrorPromote implements Callable<Integer> {
    private static final Table<Promoted> TABLE = Table.<Promoted>of()
            .text("topic", row -> row.partition().topic())
            .number("partition", row -> row.partition().partition())
            .number("endOffset", Promoted::end)
            .text("wasMirrorOf", Promoted::source);

    @Mixin
    private MirrorOptions options;

    @Mixin
    private Output output;

    @Option(names = "--dry-run", description = "say what each topic is a mirror of, and do nothing")
    private boolean dryRun;

    @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "topics of the target")
    private List<String> topics;

    private record Promoted(TopicPartition partition, long end, String source) {}

    @Override
    public Integer call() throws InterruptedException {
        try (ClientRuntime runtime = ClientRuntime.create();
                Admin admin = Admin.open(options.target(), runtime);
                ClusterClient client = ClusterClient.open(options.target(), runtime, false)) {
            Promotion promotion = new Promotion(admin, client);
            List<Promoted> rows = new ArrayList<>();
            for (String topic : topics) {
                String source = promotion.sourceOf(topic);
                Map<TopicPartition, Long> ends = dryRun ? promotion.endsOf(topic) : promotion.promote(topic);
                ends.forEach((partition, end) -> rows.add(new Promoted(partition, end, source)));
            }
            output.rows(TABLE, rows, "nothing was promoted");
            return 0;
        }
    }
}
