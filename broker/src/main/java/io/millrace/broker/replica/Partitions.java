package io.millrace.broker.replica;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.log.Log;
import io.millrace.broker.metrics.Metrics;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The partitions on this broker. {@link Leadership} adds and removes them; any thread looks them up. */
public final class Partitions {
    private final int self;
    private final ClusterStore cluster;
    private final ReplicaRuntime runtime;
    private final BrokerTraffic traffic;
    private final ReplicaMeters meters;
    private final InSyncNews inSyncNews = new InSyncNews();
    private final Map<TopicPartition, Partition> here = new ConcurrentHashMap<>();

    /** As the other, where nobody looks at numbers. */
    public Partitions(int self, ClusterStore cluster, ReplicaRuntime runtime) {
        this(self, cluster, runtime, new Metrics());
    }

    /**
     * @param self id of this broker
     * @param metrics gets the room's numbers
     */
    public Partitions(int self, ClusterStore cluster, ReplicaRuntime runtime, Metrics metrics) {
        this.self = self;
        this.cluster = cluster;
        this.runtime = runtime;
        this.traffic = new BrokerTraffic(metrics.registry());
        this.meters = new ReplicaMeters(metrics.registry());
        new ReplicaNumbers(self, this, cluster).addTo(metrics);
    }

    /** What goes in and out of all topics. */
    public BrokerTraffic traffic() {
        return traffic;
    }

    ReplicaMeters meters() {
        return meters;
    }

    /**
     * The partition, if this broker has it; whether it leads it shows when it is used.
     *
     * @throws ApiException NOT_LEADER_OR_FOLLOWER for one that others have, UNKNOWN_TOPIC_OR_PARTITION for one that
     *     nobody has
     */
    public Partition leading(TopicPartition id) {
        Partition partition = here.get(id);
        if (partition != null) {
            return partition;
        }
        boolean exists = cluster.view()
                .topic(id.topic())
                .filter(topic -> topic.hasPartition(id.partition()))
                .isPresent();
        throw exists
                ? new ApiException(ErrorCode.NOT_LEADER_OR_FOLLOWER, id + " is not on this broker")
                : new ApiException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no " + id);
    }

    public Optional<Partition> find(TopicPartition id) {
        return Optional.ofNullable(here.get(id));
    }

    public Collection<Partition> all() {
        return here.values();
    }

    /** Those of users' topics, or those of internal ones: the latter are many, and more wait for the former. */
    Stream<Partition> all(boolean internal) {
        return here.values().stream()
                .filter(partition -> isInternal(partition.id().topic()) == internal);
    }

    /** By the names that Kafka gives such topics. */
    static boolean isInternal(String topic) {
        return topic.startsWith("__");
    }

    /** Has everybody who waits look again: before the broker stops. */
    public void wakeAll() {
        here.values().forEach(Partition::wakeAll);
    }

    InSyncNews inSyncNews() {
        return inSyncNews;
    }

    Partition add(TopicPartition id, Log log) {
        return here.computeIfAbsent(
                id, key -> new Partition(key, self, log, runtime, inSyncNews, traffic.of(key.topic())));
    }

    void remove(TopicPartition id) {
        here.remove(id);
        if (here.keySet().stream().noneMatch(other -> other.topic().equals(id.topic()))) {
            traffic.forget(id.topic());
        }
    }
}
