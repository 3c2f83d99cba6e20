package io.millrace.tools.cluster;

import io.millrace.client.admin.ClusterDescription;
import io.millrace.client.admin.ClusterDescription.Node;
import io.millrace.client.admin.TopicListing;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Sheet;
import io.millrace.tools.terminal.Table;
import java.util.Collection;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code millrace cluster describe}: its id, its brokers, and how much is in it. */
@Command(
        name = "describe",
        description = "Shows the cluster's id, its brokers, and how many topics and partitions it has.",
        footer = {"", "Examples:", "  millrace cluster describe", "  millrace cluster describe -o json"})
final class ClusterDescribe implements Callable<Integer> {
    private static final Table<Node> BROKERS = Table.<Node>of()
            .number("id", Node::id)
            .text("host", node -> node.address().host())
            .number("port", node -> node.address().port())
            .text("rack", Node::rack);

    @Mixin
    private ClusterOptions clusters;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        try (Cluster cluster = clusters.open()) {
            ClusterDescription described = cluster.get(cluster.admin().describeCluster());
            Collection<TopicListing> topics = cluster.topics().values();
            output.sheet(new Sheet()
                    .field("clusterId", described.id())
                    .field("controller", described.controller())
                    .field(
                            "topics",
                            topics.stream().filter(topic -> !topic.internal()).count())
                    .field(
                            "partitions",
                            topics.stream()
                                    .filter(topic -> !topic.internal())
                                    .mapToInt(TopicListing::partitions)
                                    .sum())
                    .table("brokers", BROKERS, described.nodes()));
            return 0;
        }
    }
}
