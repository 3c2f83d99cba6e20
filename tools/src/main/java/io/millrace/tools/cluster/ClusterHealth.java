package io.millrace.tools.cluster;

import io.millrace.client.admin.ClusterDescription;
import io.millrace.client.admin.ClusterDescription.Node;
import io.millrace.client.admin.TopicDescription;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.connect.Replicas;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Sheet;
import io.millrace.tools.terminal.Style;
import io.millrace.tools.terminal.Table;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code millrace cluster health}: the exit code says it. */
@Command(
        name = "health",
        description = "Says whether every partition has a leader and all replicas keep up. Exit code 1 if not.",
        footer = {"", "Examples:", "  millrace cluster health", "  millrace cluster health -o json"})
final class ClusterHealth implements Callable<Integer> {
    private static final Table<Health.Finding> FINDINGS = Table.<Health.Finding>of()
            .text("severity", finding -> finding.severity().name().toLowerCase(Locale.ROOT))
            .text("what", Health.Finding::what)
            .text("trouble", Health.Finding::trouble);

    @Mixin
    private ClusterOptions clusters;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        try (Cluster cluster = clusters.open()) {
            ClusterDescription described = cluster.get(cluster.admin().describeCluster());
            Set<String> names = cluster.topics().keySet();
            List<TopicDescription> topics = names.isEmpty() ? List.of() : cluster.describe(names);
            Replicas replicas = Replicas.of(
                    cluster, described.nodes().stream().map(Node::id).toList());
            Health health = Health.of(described, topics, replicas);
            boolean unwell =
                    health.findings().stream().anyMatch(finding -> finding.severity() == Health.Severity.ERROR);
            Style style = output.style();
            output.sheet(new Sheet()
                    .field(
                            "healthy",
                            !unwell,
                            unwell ? style.bad("no") : health.isWell() ? style.good("yes") : style.warning("yes"))
                    .field("brokers", described.nodes().size())
                    .field("topics", topics.size())
                    .field(
                            "partitions",
                            topics.stream()
                                    .mapToInt(topic -> topic.partitions().size())
                                    .sum())
                    .table("findings", FINDINGS, health.findings()));
            return unwell ? 1 : 0;
        }
    }
}
