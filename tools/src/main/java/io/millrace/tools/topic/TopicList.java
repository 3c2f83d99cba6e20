package io.millrace.tools.topic;

import io.millrace.client.admin.TopicDescription;
import io.millrace.client.admin.TopicDescription.Partition;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.connect.Replicas;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Table;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace topic list}. */
@Command(
        name = "list",
        description = "Lists topics, how many partitions and replicas they have, and whether all replicas keep up.",
        footer = {
            "",
            "Examples:",
            "  millrace topic list",
            "  millrace topic list 'ord*' --sizes",
            "  millrace topic list --internal -o json"
        })
final class TopicList implements Callable<Integer> {
    private static final Table<Row> TABLE = table();
    private static final Table<Row> WITH_SIZES = table().bytes("bytes", Row::bytes);

    @Parameters(arity = "0..1", paramLabel = "PATTERN", description = "only these; * stands for any letters")
    private String pattern = "*";

    @Option(names = "--internal", description = "the brokers' own topics, too")
    private boolean internal;

    @Option(names = "--sizes", description = "asks all brokers for sizes, too")
    private boolean sizes;

    @Mixin
    private ClusterOptions clusters;

    @Mixin
    private Output output;

    private record Row(TopicDescription topic, OptionalLong bytes) {
        int replicas() {
            return topic.partitions().stream()
                    .mapToInt(partition -> partition.replicas().size())
                    .max()
                    .orElse(0);
        }

        long behind() {
            return topic.partitions().stream().filter(Row::isBehind).count();
        }

        private static boolean isBehind(Partition partition) {
            return partition.isr().size() < partition.replicas().size();
        }

        long leaderless() {
            return topic.partitions().stream()
                    .filter(partition -> partition.leader().isEmpty())
                    .count();
        }
    }

    private static Table<Row> table() {
        return Table.<Row>of()
                .text("topic", row -> row.topic().name())
                .number("partitions", row -> row.topic().partitions().size())
                .number("replicas", Row::replicas)
                .number("underReplicated", Row::behind)
                .number("leaderless", Row::leaderless)
                .data("internal", row -> row.topic().internal())
                .data("id", row -> row.topic().id());
    }

    @Override
    public Integer call() {
        try (Cluster cluster = clusters.open()) {
            List<String> names = cluster.topics().values().stream()
                    .filter(topic -> internal || !topic.internal())
                    .filter(topic -> Glob.matches(pattern, topic.name()))
                    .map(topic -> topic.name())
                    .toList();
            List<TopicDescription> topics = names.isEmpty() ? List.of() : cluster.describe(names);
            Replicas replicas = sizes ? TopicSizes.replicas(cluster, topics) : TopicSizes.UNKNOWN;
            List<Row> rows = topics.stream()
                    .map(topic -> new Row(topic, TopicSizes.bytes(topic, replicas)))
                    .toList();
            output.rows(
                    sizes ? WITH_SIZES : TABLE,
                    rows,
                    pattern.equals("*")
                            ? "No topics yet; millrace topic create NAME makes one"
                            : "No topic matches '" + pattern + "'");
            return 0;
        }
    }

    /** Names with stars. */
    private static final class Glob {
        static boolean matches(String pattern, String name) {
            String regex = "\\Q" + pattern.replace("*", "\\E.*\\Q") + "\\E";
            return name.matches(regex);
        }
    }
}
