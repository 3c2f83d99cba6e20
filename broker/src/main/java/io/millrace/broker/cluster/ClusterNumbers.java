package io.millrace.broker.cluster;

import io.millrace.broker.metrics.Metrics;
import io.millrace.broker.metrics.Table;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * What Kafka's controller tells of the cluster. There is no controller here: the live broker with the smallest id tells it,
 * and all others tell 0, so that what boards and alarms add up over the cluster is right.
 *
 * <p>Threading: any thread.
 */
public final class ClusterNumbers {
    private final int self;
    private final ClusterStore cluster;

    public ClusterNumbers(int self, ClusterStore cluster) {
        this.self = self;
        this.cluster = cluster;
    }

    public void addTo(Metrics metrics) {
        List<ClusterNumbers> all = List.of(this);
        metrics.add(Table.gauges("kafka.controller.KafkaController", () -> all)
                .value("ActiveControllerCount", numbers -> numbers.isSpeaker() ? 1 : 0)
                .value("OfflinePartitionsCount", numbers -> numbers.partitions((topic, p) -> !numbers.isLed(topic, p)))
                .value("PreferredReplicaImbalanceCount", numbers -> numbers.partitions(ClusterNumbers::isElsewhere))
                .value(
                        "GlobalTopicCount",
                        numbers -> numbers.isSpeaker() ? numbers.view().topics().size() : 0)
                .value("GlobalPartitionCount", numbers -> numbers.partitions((topic, p) -> true))
                .value(
                        "ActiveBrokerCount",
                        numbers ->
                                numbers.isSpeaker() ? numbers.view().brokers().size() : 0)
                .value("FencedBrokerCount", numbers -> 0)
                .value("ControllerState", numbers -> 0)
                .value("TopicsToDeleteCount", numbers -> 0)
                .value("ReplicasToDeleteCount", numbers -> 0)
                .value("TopicsIneligibleToDeleteCount", numbers -> 0)
                .value("ReplicasIneligibleToDeleteCount", numbers -> 0)
                .build());
        metrics.add(Table.<BrokerRegistration>series("kafka_broker", () -> brokers())
                .tag("id", broker -> Integer.toString(broker.id()))
                .tag(
                        "address",
                        broker -> broker.endpoints().get(0).host() + ":"
                                + broker.endpoints().get(0).port())
                .value("info", broker -> 1)
                .build());
        metrics.add(Table.series("kafka_brokers", () -> all)
                .value("", numbers -> numbers.view().brokers().size())
                .build());
    }

    private List<BrokerRegistration> brokers() {
        return List.copyOf(view().brokers().values());
    }

    private ClusterView view() {
        return cluster.view();
    }

    /** Whether this broker speaks for the cluster. */
    private boolean isSpeaker() {
        ClusterView view = view();
        return !view.brokers().isEmpty() && view.brokers().firstKey() == self;
    }

    private long partitions(BiPredicate<TopicState, Integer> wanted) {
        if (!isSpeaker()) {
            return 0;
        }
        long count = 0;
        for (TopicState topic : view().topics()) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                if (wanted.test(topic, p)) {
                    count++;
                }
            }
        }
        return count;
    }

    private boolean isLed(TopicState topic, int partition) {
        return topic.state(partition)
                .filter(state ->
                        state.hasLeader() && view().broker(state.leader()).isPresent())
                .isPresent();
    }

    private static boolean isElsewhere(TopicState topic, int partition) {
        List<Integer> replicas = topic.replicas(partition);
        return topic.state(partition)
                .filter(state -> !replicas.isEmpty() && state.leader() != replicas.get(0))
                .isPresent();
    }
}
