package io.millrace.broker.replica;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.PartitionWrite;
import io.millrace.broker.cluster.Replicas;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.TopicPartition;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the in-sync sets of what this broker leads: takes out who is gone or lags, takes in who has caught up. Nobody but
 * the leader changes a set.
 *
 * <p>Threading: the leadership lane.
 */
final class InSyncKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(InSyncKeeper.class);
    private static final long NEWS_EVERY_MS = 100;
    private static final long RETRY_MS = 500;

    private final ClusterStore cluster;
    private final Partitions partitions;
    private final Peers peers;
    private final ReplicaConfig config;
    private final ReplicaRuntime runtime;
    private final ReplicaRuntime.Lane lane;
    private final Turns<Partition> internal;
    private long lookedAtAllMs;

    InSyncKeeper(
            ClusterStore cluster,
            Partitions partitions,
            Peers peers,
            ReplicaConfig config,
            ReplicaRuntime runtime,
            ReplicaRuntime.Lane lane) {
        this.cluster = cluster;
        this.partitions = partitions;
        this.peers = peers;
        this.config = config;
        this.runtime = runtime;
        this.lane = lane;
        this.internal = new Turns<>(runtime, lane, this::lookNow);
    }

    /** Looks at the sets from now on, time and again. */
    void start() {
        lookedAtAllMs = runtime.ticksMs();
        lane.after(NEWS_EVERY_MS, this::lookAgain);
    }

    private void lookAgain() {
        partitions.inSyncNews().take().forEach(this::look);
        if (runtime.ticksMs() - lookedAtAllMs >= config.lagTimeMaxMs() / 2) {
            lookAtAll();
        }
        lane.after(NEWS_EVERY_MS, this::lookAgain);
    }

    /**
     * Looks at the sets that somebody may have to leave since he is gone.
     *
     * @param usersWait whether partitions of users' topics have lost their leader, here or elsewhere
     */
    void lookForGone(boolean usersWait) {
        if (usersWait) {
            internal.holdOff();
        }
        lookAtAll();
    }

    private boolean hasLost(Partition partition) {
        ClusterView view = cluster.view();
        return partition
                .leader()
                .filter(leader ->
                        leader.inSync().state().isr().stream().anyMatch(member -> !peers.isReliable(view, member)))
                .isPresent();
    }

    private void lookAtAll() {
        lookedAtAllMs = runtime.ticksMs();
        partitions.all(false).forEach(this::look);
        partitions.all(true).forEach(this::look);
    }

    /** Begins the change of a set that is due, if any; where one of an internal topic has lost a member, by {@link Turns}. */
    void look(Partition partition) {
        if (Partitions.isInternal(partition.id().topic()) && hasLost(partition)) {
            internal.add(partition);
        } else {
            lookNow(partition);
        }
    }

    private void lookNow(Partition partition) {
        partition.leader().ifPresent(leader -> look(partition, leader));
    }

    private void look(Partition partition, Role.Leader leader) {
        ClusterView view = cluster.view();
        List<Integer> before = leader.inSync().state().isr();
        Optional<PartitionState> change = leader.inSync()
                .beginChange(
                        partition.log(),
                        leader.epochStart(),
                        runtime.ticksMs(),
                        config.lagTimeMaxMs(),
                        broker -> !peers.isReliable(view, broker),
                        (broker, epoch) -> peers.mayJoin(view, broker, epoch),
                        held(view, partition.id()));
        change.ifPresent(next -> {
            LOG.info("{}: in sync are to be {}, are {}", partition.id(), next.isr(), before);
            boolean grows = !before.containsAll(next.isr());
            Optional<TopicState> seen = view.topic(partition.log().topicId()).filter(topic -> grows);
            write(partition, leader, next, seen);
        });
    }

    /**
     * Until its outcome is known the change stays under way: the set counts with both its old and its new members.
     *
     * @param seen the topic, where replicas are taken in: one that was to be removed may have been meanwhile
     */
    private void write(Partition partition, Role.Leader leader, PartitionState next, Optional<TopicState> seen) {
        seen.map(topic -> cluster.compareAndSet(topic, partition.id().partition(), next))
                .orElseGet(() -> cluster.compareAndSet(partition.log().topicId(), partition.id(), next.version(), next))
                .whenComplete((outcome, failure) -> lane.execute(() -> {
                    if (failure == null) {
                        written(partition, leader, next, outcome);
                    } else if (partition.isLedAt(leader.leaderEpoch())) {
                        LOG.warn("{}: cannot write its in-sync set: {}", partition.id(), failure.getMessage());
                        lane.after(RETRY_MS, () -> write(partition, leader, next, seen));
                    }
                }));
    }

    private void written(Partition partition, Role.Leader leader, PartitionState next, PartitionWrite outcome) {
        if (outcome instanceof PartitionWrite.Written done) {
            List<Integer> before = leader.inSync().state().isr();
            leader.inSync().written(done.state());
            List<Integer> now = done.state().isr();
            partitions.meters().inSyncChanged(!now.containsAll(before), !before.containsAll(now));
            partition.recommit();
            look(partition);
        } else if (outcome instanceof PartitionWrite.Conflict conflict) {
            partitions.meters().inSyncRefused();
            adopt(partition, leader, next, conflict.current());
        }
    }

    /** Somebody else wrote: another leader, whom the view tells of, or a broker that took itself out of the set. */
    private void adopt(Partition partition, Role.Leader leader, PartitionState next, Optional<PartitionState> current) {
        if (current.isPresent() && current.get().leaderEpoch() == leader.leaderEpoch()) {
            leader.inSync().update(replicasOf(partition.id()), current.get(), runtime.ticksMs());
            leader.inSync().abandon(next.version()); // if it is the assignment that somebody wrote
            partition.recommit();
            look(partition);
        } else {
            leader.inSync().abandon(next.version());
        }
    }

    private List<Integer> replicasOf(TopicPartition id) {
        return held(cluster.view(), id).all();
    }

    private static Replicas held(ClusterView view, TopicPartition id) {
        return view.topic(id.topic())
                .filter(topic -> topic.hasPartition(id.partition()))
                .map(topic -> topic.held(id.partition()))
                .orElse(new Replicas(List.of(), List.of(), List.of()));
    }
}
