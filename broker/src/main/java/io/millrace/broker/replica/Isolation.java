package io.millrace.broker.replica;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.PartitionWrite;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.TopicPartition;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has this broker step back where it leads and nobody of the in-sync set asks it for anything any more: then it is most
 * likely this broker that is cut off, since a follower that died is noticed by its address, and one that is alive asks
 * twice a second. What it could still do is to take records that are lost later, and to keep clients from its successor.
 *
 * <p>While it reaches the store, it names the one of several silent members as the leader that has come furthest. That one
 * has all that is committed, but may lack the last records, which nobody has fetched: those with acks=1 are lost, as if
 * this broker had died. Where it does not reach the store, others may lead by now: it leads no more, until the store
 * answers again and says that it still does.
 *
 * <p>Threading: the leadership lane.
 */
final class Isolation {
    private static final Logger LOG = LoggerFactory.getLogger(Isolation.class);
    private static final long LOOK_EVERY_MS = 1000;
    private static final long SILENCE_MS = 6_000; // as a session in the store; and before the silent leave the set
    private static final int MAJORITY = 2; // so many others must be able to go on without this broker

    private final int self;
    private final ClusterStore cluster;
    private final Partitions partitions;
    private final Peers peers;
    private final HandOver handOver;
    private final ReplicaRuntime runtime;
    private final ReplicaRuntime.Lane lane;
    private final Consumer<Partition> resign;
    private final Consumer<Set<String>> look;
    private final long silenceMs;
    private final Set<TopicPartition> suspected = new HashSet<>(); // found forsaken at the last look
    private final Set<String> resigned = new LinkedHashSet<>(); // topics of which something is led no more

    /**
     * @param resign has a partition led no more here, without a successor being known
     * @param look has topics brought in line with what the store says
     */
    Isolation(
            int self,
            ClusterStore cluster,
            Partitions partitions,
            Peers peers,
            HandOver handOver,
            ReplicaConfig config,
            ReplicaRuntime runtime,
            ReplicaRuntime.Lane lane,
            Consumer<Partition> resign,
            Consumer<Set<String>> look) {
        this.self = self;
        this.cluster = cluster;
        this.partitions = partitions;
        this.peers = peers;
        this.handOver = handOver;
        this.runtime = runtime;
        this.lane = lane;
        this.resign = resign;
        this.look = look;
        this.silenceMs = Math.max(Math.min(config.lagTimeMaxMs() / 2, SILENCE_MS), 2L * config.fetchWaitMs());
    }

    /** Looks time and again from now on. */
    void start() {
        lane.after(LOOK_EVERY_MS, this::lookAgain);
    }

    private void lookAgain() {
        boolean reachable = cluster.isReachable();
        if (reachable && !resigned.isEmpty()) {
            look.accept(Set.copyOf(resigned));
            resigned.clear();
        }
        ClusterView view = cluster.view();
        Set<TopicPartition> before = Set.copyOf(suspected);
        suspected.clear();
        for (Partition partition : partitions.all()) {
            partition.leader().ifPresent(leader -> {
                List<Integer> silent = silent(leader, view);
                if (!silent.isEmpty()) {
                    suspected.add(partition.id());
                    if (before.contains(partition.id())) { // and not just a pause of this process
                        stepBack(partition, leader, silent, reachable);
                    }
                }
            });
        }
        lane.after(LOOK_EVERY_MS, this::lookAgain);
    }

    /** The other members of the set, if all of them are silent; those that are known to be dead count neither way. */
    private List<Integer> silent(Role.Leader leader, ClusterView view) {
        List<Integer> others = leader.inSync().state().isr().stream()
                .filter(member -> member != self && peers.isReliable(view, member))
                .toList();
        long now = runtime.ticksMs();
        boolean allSilent = others.stream().allMatch(member -> leader.inSync().silentMs(member, now) > silenceMs);
        return allSilent ? others : List.of();
    }

    private void stepBack(Partition partition, Role.Leader leader, List<Integer> silent, boolean reachable) {
        if (!reachable) {
            LOG.warn(
                    "{}: led no more, since neither the store nor any of {} is heard: others may lead it",
                    partition.id(),
                    silent);
            resigned.add(partition.id().topic());
            resign.accept(partition);
        } else if (silent.size() >= MAJORITY) {
            name(partition, leader);
        }
    }

    /** The first of those that have as much as any. */
    private static Optional<Integer> furthest(List<Integer> heirs, Role.Leader leader) {
        return heirs.stream()
                .min(Comparator.comparingLong(
                        heir -> -leader.inSync().progressOf(heir).orElse(0)));
    }

    private void name(Partition partition, Role.Leader leader) {
        PartitionState now = leader.inSync().state();
        ClusterView view = cluster.view();
        Optional<Integer> heir = view.topic(partition.id().topic())
                .filter(topic -> topic.hasPartition(partition.id().partition()))
                .map((TopicState topic) -> topic.replicas(partition.id().partition()))
                .flatMap(replicas -> furthest(handOver.heirs(replicas, now, view), leader));
        if (heir.isEmpty() || !partition.leave(leader.leaderEpoch())) {
            return;
        }
        List<Integer> others = now.isr().stream().filter(id -> id != self).toList();
        LOG.warn(
                "{}: none of {} has asked for {} ms, broker {} is to lead",
                partition.id(),
                others,
                silenceMs,
                heir.get());
        PartitionState next =
                new PartitionState(heir.get(), now.leaderEpoch() + 1, others, now.leaderRecoveryState(), now.version());
        cluster.compareAndSet(partition.log().topicId(), partition.id(), now.version(), next)
                .whenComplete((outcome, failure) -> lane.execute(() -> {
                    if (!(outcome instanceof PartitionWrite.Written)) {
                        partition.stay(leader.leaderEpoch()); // and looks again in a second
                    }
                }));
    }
}
