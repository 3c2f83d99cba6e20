package io.millrace.broker.replica;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.metrics.Metrics;
import io.millrace.broker.metrics.Table;
import io.millrace.protocol.TopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * What can be read off the partitions of this broker: who is in sync, how far each has come. The names are those of
 * Kafka's ReplicaManager, Partition and ReplicaFetcherManager, and those of kafka_exporter for what is led here.
 *
 * <p>Threading: any thread.
 */
final class ReplicaNumbers {
    private final int self;
    private final Partitions partitions;
    private final ClusterStore cluster;

    ReplicaNumbers(int self, Partitions partitions, ClusterStore cluster) {
        this.self = self;
        this.partitions = partitions;
        this.cluster = cluster;
    }

    void addTo(Metrics metrics) {
        List<Partitions> all = List.of(partitions);
        metrics.add(Table.gauges("kafka.server.ReplicaManager", () -> all)
                .value("LeaderCount", here -> count(Partition::isLed))
                .value("PartitionCount", here -> here.all().size())
                .value("OfflineReplicaCount", here -> offlineReplicas())
                .value("UnderReplicatedPartitions", here -> count(Partition::isUnderReplicated))
                .value("UnderMinIsrPartitionCount", here -> count(partition -> partition.inSyncSurplus() < 0))
                .value("AtMinIsrPartitionCount", here -> count(partition -> partition.inSyncSurplus() == 0))
                .value("ReassigningPartitions", here -> count(this::isMoving))
                .value("ProducerIdCount", here -> producers())
                .value("PartitionsWithLateTransactionsCount", here -> 0)
                .build());
        metrics.add(Table.<Partition>gauges("kafka.cluster.Partition", partitions::all)
                .tag("topic", partition -> partition.id().topic())
                .tag("partition", ReplicaNumbers::number)
                .value("UnderReplicated", partition -> bit(partition.isUnderReplicated()))
                .value("UnderMinIsr", partition -> bit(partition.inSyncSurplus() < 0))
                .value("AtMinIsr", partition -> bit(partition.inSyncSurplus() == 0))
                .value("InSyncReplicasCount", Partition::inSyncCount)
                .value("ReplicasCount", Partition::replicaCount)
                .value("LastStableOffsetLag", partition -> 0)
                .build());
        addFollowing(metrics, all);
        addLed(metrics);
        addWaiting(metrics);
    }

    private record Operation(String name, ToIntFunction<Partition> waiting) {}

    /** Kinds that nobody waits for here are told, too, since boards add them up. */
    private void addWaiting(Metrics metrics) {
        List<Operation> operations = new ArrayList<>();
        operations.add(new Operation("Produce", Partition::waitingProduces));
        operations.add(new Operation("Fetch", Partition::waitingFetches));
        for (String other : List.of(
                "DeleteRecords",
                "ShareFetch",
                "RemoteFetch",
                "RemoteListOffsets",
                "AlterAcls",
                "ElectLeader",
                "topic",
                "Heartbeat",
                "Rebalance")) {
            operations.add(new Operation(other, partition -> 0));
        }
        metrics.add(Table.<Operation>gauges("kafka.server.DelayedOperationPurgatory", () -> operations)
                .tag("delayedOperation", Operation::name)
                .value("PurgatorySize", this::waiting)
                .value("NumDelayedOperations", this::waiting)
                .build());
    }

    private long waiting(Operation operation) {
        return partitions.all().stream()
                .mapToLong(p -> operation.waiting().applyAsInt(p))
                .sum();
    }

    private void addFollowing(Metrics metrics, List<Partitions> all) {
        metrics.add(Table.gauges("kafka.server.ReplicaFetcherManager", () -> all)
                .tag("clientId", here -> "Replica")
                .value("MaxLag", here -> followed().stream()
                        .mapToLong(Partition::followerLag)
                        .max()
                        .orElse(0))
                .value("MinFetchRate", here -> 0)
                .value("FailedPartitionsCount", here -> count(partition -> !partition.isServed()))
                .value("DeadThreadCount", here -> 0)
                .build());
        metrics.add(Table.<Partition>gauges("kafka.server.FetcherLagMetrics", this::followed)
                .tag(
                        "clientId",
                        partition -> "ReplicaFetcherThread-0-"
                                + partition.followedLeader().orElse(-1))
                .tag("topic", partition -> partition.id().topic())
                .tag("partition", ReplicaNumbers::number)
                .value("ConsumerLag", Partition::followerLag)
                .build());
    }

    /** Each broker tells of what it leads, so that nothing is told twice. */
    private void addLed(Metrics metrics) {
        metrics.add(Table.<Partition>series("kafka_topic_partition", this::led)
                .tag("topic", partition -> partition.id().topic())
                .tag("partition", ReplicaNumbers::number)
                .value("current_offset", partition -> partition.log().highWatermark())
                .value("oldest_offset", partition -> partition.log().startOffset())
                .value("in_sync_replica", Partition::inSyncCount)
                .value("replicas", Partition::replicaCount)
                .value("leader", partition -> self)
                .value("leader_is_preferred", partition -> bit(isPreferred(partition)))
                .value("under_replicated_partition", partition -> bit(partition.isUnderReplicated()))
                .build());
        metrics.add(Table.<TopicState>series("kafka_topic_partitions", this::ledTopics)
                .tag("topic", TopicState::name)
                .value("", TopicState::partitionCount)
                .build());
    }

    private Collection<TopicState> ledTopics() {
        return cluster.view().topics().stream()
                .filter(topic -> topic.state(0).map(PartitionState::leader).orElse(-1) == self)
                .toList();
    }

    private static String number(Partition partition) {
        return Integer.toString(partition.id().partition());
    }

    private static int bit(boolean value) {
        return value ? 1 : 0;
    }

    private List<Partition> led() {
        return partitions.all().stream().filter(Partition::isLed).toList();
    }

    private List<Partition> followed() {
        return partitions.all().stream()
                .filter(partition -> partition.followedLeader().isPresent())
                .toList();
    }

    private long count(Predicate<Partition> wanted) {
        return partitions.all().stream().filter(wanted).count();
    }

    /** Replicas that are to be here and whose log cannot be used. */
    private long offlineReplicas() {
        long missing = 0;
        for (TopicState topic : cluster.view().topics()) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                if (topic.replicas(p).contains(self)
                        && partitions
                                .find(new TopicPartition(topic.name(), p))
                                .filter(partition -> partition.log().isWritable())
                                .isEmpty()) {
                    missing++;
                }
            }
        }
        return missing;
    }

    private long producers() {
        return partitions.all().stream()
                .mapToLong(partition -> partition.log().producers().active().size())
                .sum();
    }

    private Optional<TopicState> topicOf(Partition partition) {
        TopicPartition id = partition.id();
        return cluster.view().topic(id.topic()).filter(topic -> topic.hasPartition(id.partition()));
    }

    private boolean isMoving(Partition partition) {
        return partition.isLed()
                && topicOf(partition)
                        .filter(topic -> topic.held(partition.id().partition()).isMoving())
                        .isPresent();
    }

    private boolean isPreferred(Partition partition) {
        return topicOf(partition)
                .map(topic -> topic.replicas(partition.id().partition()))
                .filter(replicas -> !replicas.isEmpty() && replicas.get(0) == self)
                .isPresent();
    }
}
