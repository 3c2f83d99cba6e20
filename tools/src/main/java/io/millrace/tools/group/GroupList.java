package io.millrace.tools.group;

import io.millrace.client.admin.GroupListing;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Table;
import io.millrace.tools.terminal.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code millrace group list}. */
@Command(
        name = "list",
        description = "Lists the groups of all brokers. Exit code 1 if a broker did not tell.",
        footer = {"", "Examples:", "  millrace group list", "  millrace group list -o json"})
final class GroupList implements Callable<Integer> {
    private static final Table<GroupListing> TABLE = Table.<GroupListing>of()
            .text("group", GroupListing::id)
            .text("state", GroupListing::state)
            .text("type", GroupListing::type)
            .text("protocol", GroupListing::protocolType);

    private final Terminal terminal;

    @Mixin
    private ClusterOptions clusters;

    @Mixin
    private Output output;

    GroupList(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (Cluster cluster = clusters.open()) {
            var told = cluster.get(cluster.admin().listGroups());
            output.rows(TABLE, told.groups(), "No groups");
            told.failures().forEach((broker, why) -> terminal.err()
                    .println("millrace: Groups of broker " + broker + " are not known: " + Cluster.explanation(why)));
            return told.isComplete() ? 0 : 1;
        }
    }
}
