package io.millrace.tools.topic;

import io.millrace.client.admin.ConfigEntry;
import io.millrace.client.admin.ConfigResource;
import io.millrace.client.admin.ItemResult;
import io.millrace.client.admin.TopicDescription;
import io.millrace.client.admin.TopicDescription.Partition;
import io.millrace.protocol.TopicPartition;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.connect.Ends;
import io.millrace.tools.connect.Replicas;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Sheet;
import io.millrace.tools.terminal.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code millrace topic describe}. */
@Command(
        name = "describe",
        description = "Shows topics: settings, sizes, leaders, in-sync sets, and how far replicas are behind.",
        footer = {
            "",
            "Examples:",
            "  millrace topic describe orders",
            "  millrace topic describe orders payments -o yaml"
        })
final class TopicDescribe implements Callable<Integer> {
    private static final Table<Row> PARTITIONS = Table.<Row>of()
            .number("partition", row -> row.partition().number())
            .number("leader", row -> row.partition().leader())
            .number("leaderEpoch", row -> row.partition().leaderEpoch())
            .text("replicas", row -> row.partition().replicas())
            .text("inSync", row -> row.partition().isr())
            .text("offline", row -> row.partition().offline())
            .number("start", row -> row.ends().start(row.key()))
            .number("end", row -> row.ends().end(row.key()))
            .bytes("bytes", row -> row.replicas().bytes(row.key()))
            .text("lag", row -> row.replicas().lags(row.key()));

    @Parameters(arity = "1..*", paramLabel = "TOPIC")
    private List<String> names = new ArrayList<>();

    @Mixin
    private ClusterOptions clusters;

    @Mixin
    private Output output;

    private record Row(TopicPartition key, Partition partition, Ends ends, Replicas replicas) {}

    @Override
    public Integer call() {
        try (Cluster cluster = clusters.open()) {
            List<TopicDescription> topics = cluster.describe(names);
            Replicas replicas = TopicSizes.replicas(cluster, topics);
            List<TopicPartition> keys = topics.stream()
                    .flatMap(topic -> topic.partitions().stream().map(partition -> key(topic, partition)))
                    .toList();
            Ends ends = Ends.of(cluster, keys);
            Map<ConfigResource, ItemResult<Map<String, ConfigEntry>>> configs = cluster.await(cluster.admin()
                    .describeConfigs(names.stream().map(ConfigResource::topic).toList()));
            output.sheets(topics.stream()
                    .map(topic -> sheet(topic, replicas, ends, configs.get(ConfigResource.topic(topic.name()))))
                    .toList());
            return 0;
        }
    }

    private static TopicPartition key(TopicDescription topic, Partition partition) {
        return new TopicPartition(topic.name(), partition.number());
    }

    private static Sheet sheet(
            TopicDescription topic, Replicas replicas, Ends ends, ItemResult<Map<String, ConfigEntry>> configs) {
        long records = topic.partitions().stream()
                .mapToLong(partition -> ends.records(key(topic, partition)).orElse(0))
                .sum();
        Sheet sheet = new Sheet()
                .field("topic", topic.name())
                .field("id", topic.id())
                .field("partitionCount", topic.partitions().size())
                .field("offsets", records)
                .bytes("bytes", TopicSizes.bytes(topic, replicas).orElse(0));
        configs.value().ifPresent(told -> sheet.field("settings", own(told)));
        return sheet.table(
                "partitions",
                PARTITIONS,
                topic.partitions().stream()
                        .map(partition -> new Row(key(topic, partition), partition, ends, replicas))
                        .toList());
    }

    /** Those that were set for this topic. */
    private static Map<String, String> own(Map<String, ConfigEntry> all) {
        Map<String, String> own = new LinkedHashMap<>();
        all.values().stream()
                .filter(entry -> entry.source() == ConfigEntry.Source.DYNAMIC_TOPIC)
                .forEach(entry -> own.put(entry.key(), entry.value().orElse("")));
        return own;
    }
}
