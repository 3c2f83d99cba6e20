package io.millrace.broker.replica;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.quota.ReplicationThrottle;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.util.HashMap;
import java.util.Map;

/**
 * Who is followed for what: one {@link LeaderFetcher} for each broker that leads something that is here.
 *
 * <p>Threading: the leadership lane.
 */
final class Fetchers implements AutoCloseable {
    private final int self;
    private final ClusterStore cluster;
    private final PeerClient peers;
    private final ReplicaConfig config;
    private final ReplicationThrottle throttle;
    private final ReplicaRuntime runtime;
    private final MeterRegistry registry;
    private final Map<Integer, LeaderFetcher> byLeader = new HashMap<>();
    private final Map<TopicPartition, Following> following = new HashMap<>();

    private record Following(int leader, Followed followed) {}

    Fetchers(
            int self,
            ClusterStore cluster,
            PeerClient peers,
            ReplicaConfig config,
            ReplicationThrottle throttle,
            ReplicaRuntime runtime,
            MeterRegistry registry) {
        this.self = self;
        this.cluster = cluster;
        this.peers = peers;
        this.config = config;
        this.throttle = throttle;
        this.runtime = runtime;
        this.registry = registry;
    }

    /** Follows a leader at an epoch, and nobody else; the partition is a follower at that epoch already. */
    void follow(Partition partition, Uuid topicId, int leader, int leaderEpoch) {
        Followed followed = new Followed(partition, topicId, leaderEpoch);
        Following next = new Following(leader, followed);
        Following last = following.put(partition.id(), next);
        if (next.equals(last)) {
            return;
        }
        if (last != null) {
            byLeader.get(last.leader()).remove(last.followed());
        }
        byLeader.computeIfAbsent(
                        leader,
                        id -> new LeaderFetcher(
                                id, self, cluster, peers, config, throttle, runtime, new FetcherMeters(registry)))
                .add(followed);
    }

    /** Follows nobody for a partition. */
    void stop(TopicPartition partition) {
        Following last = following.remove(partition);
        if (last != null) {
            byLeader.get(last.leader()).remove(last.followed());
        }
    }

    @Override
    public void close() {
        byLeader.values().forEach(LeaderFetcher::close);
        byLeader.clear();
        following.clear();
    }
}
