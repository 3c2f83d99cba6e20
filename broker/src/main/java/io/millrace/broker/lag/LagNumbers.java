package io.millrace.broker.lag;

import io.millrace.broker.metrics.Metrics;
import io.millrace.broker.metrics.Table;
import io.millrace.protocol.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Lag and groups as numbers: under the names of kafka_exporter, as beans, and as Kafka's GroupMetadataManager.
 *
 * <p>Threading: any thread.
 */
public final class LagNumbers {
    private static final List<String> STATES =
            List.of("PreparingRebalance", "CompletingRebalance", "Stable", "Empty", "Dead");

    private final Supplier<LagReport> report;
    private volatile Index index = Index.of(LagReport.NONE);

    public LagNumbers(LagKeeper keeper) {
        this.report = keeper::report;
    }

    /** A topic as a group consumes it. */
    private record OfTopic(String group, String topic, long committed, long records) {}

    private record OfState(String state, long groups) {}

    public void addTo(Metrics metrics) {
        metrics.add(Table.<LagReport.OfPartition>series("kafka_consumergroup", this::partitions)
                .tag("consumergroup", LagReport.OfPartition::group)
                .tag("topic", part -> part.id().topic())
                .tag("partition", part -> Integer.toString(part.id().partition()))
                .value("current_offset", LagReport.OfPartition::committed)
                .value("lag", part -> part.end() < 0 ? Double.NaN : part.records())
                .value("lag_seconds", part -> part.end() < 0 ? Double.NaN : part.seconds())
                .value("status", part -> part.verdict().number())
                .build());
        metrics.add(Table.<OfTopic>series("kafka_consumergroup", this::topics)
                .tag("consumergroup", OfTopic::group)
                .tag("topic", OfTopic::topic)
                .value("current_offset_sum", OfTopic::committed)
                .value("lag_sum", OfTopic::records)
                .build());
        metrics.add(Table.<LagReport.OfGroup>series(
                        "kafka_consumergroup", () -> report.get().groups())
                .tag("consumergroup", LagReport.OfGroup::group)
                .value("members", LagReport.OfGroup::members)
                .value("group_status", group -> group.verdict().number())
                .build());
        metrics.add(Table.<Row>attributes("millrace.lag.ConsumerLag", this::rows)
                .tag("group", Row::group)
                .tag("topic", row -> row.id().topic())
                .tag("partition", row -> Integer.toString(row.id().partition()))
                .value("Records", row -> row.now().records())
                .value("Seconds", row -> row.now().seconds())
                .value("Committed", row -> row.now().committed())
                .value("End", row -> row.now().end())
                .value("Verdict", row -> row.now().verdict().name())
                .onlyBeans()
                .build());
        addGroups(metrics);
    }

    /** Beans stay, reports do not: each bean looks itself up in the latest. */
    private record Row(LagNumbers numbers, String group, TopicPartition id) {
        LagReport.OfPartition now() {
            return numbers.index().find(group, id);
        }
    }

    /** The parts of one report, to be found by group and partition. */
    private record Index(LagReport report, Map<String, Map<TopicPartition, LagReport.OfPartition>> parts) {
        static Index of(LagReport report) {
            Map<String, Map<TopicPartition, LagReport.OfPartition>> parts = new HashMap<>();
            report.partitions().forEach(part -> parts.computeIfAbsent(part.group(), group -> new HashMap<>())
                    .put(part.id(), part));
            return new Index(report, parts);
        }

        LagReport.OfPartition find(String group, TopicPartition id) {
            LagReport.OfPartition found = parts.getOrDefault(group, Map.of()).get(id);
            return found != null ? found : new LagReport.OfPartition(group, id, -1, -1, 0, 0, Verdict.OK);
        }
    }

    @SuppressWarnings("ReferenceEquality") // a newer report is another object
    private Index index() {
        Index known = index;
        LagReport latest = report.get();
        if (known.report() != latest) {
            known = Index.of(latest);
            index = known;
        }
        return known;
    }

    private List<Row> rows() {
        return partitions().stream()
                .map(part -> new Row(this, part.group(), part.id()))
                .toList();
    }

    private void addGroups(Metrics metrics) {
        List<LagNumbers> self = List.of(this);
        metrics.add(Table.gauges("kafka.coordinator.group.GroupMetadataManager", () -> self)
                .value("NumOffsets", numbers -> numbers.partitions().size())
                .value("NumGroups", numbers -> numbers.report.get().groups().size())
                .value("NumGroupsPreparingRebalance", numbers -> numbers.in("PreparingRebalance"))
                .value("NumGroupsCompletingRebalance", numbers -> numbers.in("CompletingRebalance"))
                .value("NumGroupsStable", numbers -> numbers.in("Stable"))
                .value("NumGroupsEmpty", numbers -> numbers.in("Empty"))
                .value("NumGroupsDead", numbers -> numbers.in("Dead"))
                .build());
        metrics.add(Table.<OfState>attributes("kafka.server.group-coordinator-metrics", this::states)
                .tag("state", OfState::state)
                .value("classic-group-count", OfState::groups)
                .build());
        metrics.add(Table.attributes("kafka.server.group-coordinator-metrics", () -> self)
                .tag("protocol", numbers -> "classic")
                .value("group-count", numbers -> numbers.report.get().groups().size())
                .build());
    }

    private List<LagReport.OfPartition> partitions() {
        return report.get().partitions();
    }

    private List<OfTopic> topics() {
        List<OfTopic> all = new ArrayList<>();
        for (LagReport.OfGroup group : report.get().groups()) {
            Map<String, OfTopic> byTopic = new TreeMap<>();
            for (LagReport.OfPartition part : group.partitions()) {
                byTopic.merge(
                        part.id().topic(),
                        new OfTopic(group.group(), part.id().topic(), part.committed(), part.records()),
                        (a, b) -> new OfTopic(
                                a.group(), a.topic(), a.committed() + b.committed(), a.records() + b.records()));
            }
            all.addAll(byTopic.values());
        }
        return all;
    }

    private List<OfState> states() {
        return STATES.stream().map(state -> new OfState(state, in(state))).toList();
    }

    private long in(String state) {
        return report.get().groups().stream()
                .filter(group -> group.state().equals(state))
                .count();
    }
}
