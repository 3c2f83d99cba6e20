package io.millrace.tools.broker;

import io.millrace.client.admin.ClusterDescription.Node;
import io.millrace.client.admin.ConfigEntry;
import io.millrace.client.admin.ConfigResource;
import io.millrace.client.admin.ItemResult;
import io.millrace.client.admin.LogDir;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.connect.Replicas;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Sheet;
import io.millrace.tools.terminal.Table;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code millrace broker describe}. */
@Command(
        name = "describe",
        description = "Shows a broker: its directories, how full they are, and what is set for it.",
        footer = {"", "Examples:", "  millrace broker describe 1", "  millrace broker describe 1 -o json"})
final class BrokerDescribe implements Callable<Integer> {
    private static final Table<Directory> DIRECTORIES = Table.<Directory>of()
            .text("path", Directory::path)
            .text(
                    "state",
                    directory ->
                            directory.told().failure().map(Cluster::explanation).orElse("online"))
            .number("replicas", directory -> directory.told().value().map(dir -> dir.replicas()
                    .size()))
            .bytes("bytes", directory -> directory.told().value().map(BrokerDescribe::bytes))
            .bytes("usableBytes", directory -> directory.told().value().map(LogDir::usableBytes))
            .bytes("totalBytes", directory -> directory.told().value().map(LogDir::totalBytes));

    private static final Table<ConfigEntry> SETTINGS = Table.<ConfigEntry>of()
            .text("key", ConfigEntry::key)
            .text(
                    "value",
                    entry -> entry.sensitive() ? "(secret)" : entry.value().orElse(""));

    @Parameters(paramLabel = "ID")
    private int id;

    @Mixin
    private ClusterOptions clusters;

    @Mixin
    private Output output;

    private record Directory(String path, ItemResult<LogDir> told) {}

    @Override
    public Integer call() {
        try (Cluster cluster = clusters.open()) {
            Node node = find(cluster, id);
            Replicas replicas = Replicas.of(cluster, List.of(id));
            replicas.failures().values().forEach(why -> {
                throw Cluster.explained(why);
            });
            ConfigResource self = ConfigResource.broker(id);
            Map<String, ConfigEntry> settings = cluster.getAll(cluster.admin().describeConfigs(List.of(self)))
                    .get(self);
            output.sheet(new Sheet()
                    .field("broker", id)
                    .field("address", node.address())
                    .field("rack", node.rack())
                    .table(
                            "directories",
                            DIRECTORIES,
                            replicas.directories().getOrDefault(id, Map.of()).entrySet().stream()
                                    .map(entry -> new Directory(entry.getKey(), entry.getValue()))
                                    .toList())
                    .table(
                            "settings",
                            SETTINGS,
                            settings.values().stream()
                                    .filter(entry -> !entry.isDefault())
                                    .toList()));
            return 0;
        }
    }

    /** @throws Failure naming those that are up */
    static Node find(Cluster cluster, int id) {
        List<Node> nodes = cluster.get(cluster.admin().describeCluster()).nodes();
        return nodes.stream()
                .filter(node -> node.id() == id)
                .findFirst()
                .orElseThrow(() -> Failure.of("There is no broker " + id + " now; those that are up: "
                        + nodes.stream().map(Node::id).toList()));
    }

    private static long bytes(LogDir directory) {
        return directory.replicas().values().stream()
                .mapToLong(LogDir.Replica::sizeBytes)
                .sum();
    }
}
