package io.millrace.tools.broker;

import io.millrace.client.admin.ClusterDescription;
import io.millrace.client.admin.ClusterDescription.Node;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.placement.Layout;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Table;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code millrace broker list}. */
@Command(
        name = "list",
        description = "Lists brokers that are up, and how much each has.",
        footer = {"", "Examples:", "  millrace broker list", "  millrace broker list -o yaml"})
final class BrokerList implements Callable<Integer> {
    private static final Table<Row> TABLE = Table.<Row>of()
            .number("broker", row -> row.node().id())
            .text("host", row -> row.node().address().host())
            .number("port", row -> row.node().address().port())
            .text("rack", row -> row.node().rack())
            .number("leaders", Row::leaders)
            .number("replicas", row -> row.load().replicas())
            .bytes("bytes", row -> row.load().bytes());

    @Mixin
    private ClusterOptions clusters;

    @Mixin
    private Output output;

    private record Row(Node node, Layout.Load load, long leaders) {}

    @Override
    public Integer call() {
        try (Cluster cluster = clusters.open()) {
            ClusterDescription described = cluster.get(cluster.admin().describeCluster());
            Layout layout = Layout.of(cluster, List.of());
            Map<Integer, Layout.Load> loads = new HashMap<>();
            layout.loads().forEach(load -> loads.put(load.broker(), load));
            output.rows(
                    TABLE,
                    described.nodes().stream()
                            .map(node -> new Row(
                                    node,
                                    loads.getOrDefault(node.id(), new Layout.Load(node.id(), 0, 0, 0)),
                                    leaders(layout, node.id())))
                            .toList(),
                    "No brokers");
            return 0;
        }
    }

    /** Those of now, not those that should be. */
    private static long leaders(Layout layout, int broker) {
        return layout.partitions().stream()
                .filter(placed -> placed.leader().orElse(-1) == broker)
                .count();
    }
}
