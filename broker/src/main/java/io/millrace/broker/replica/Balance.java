package io.millrace.broker.replica;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.DynamicSettings;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives leadership back to the preferred replica once that is in sync and has stayed for a while, and away from a broker
 * that is cordoned. A bounded number at once, since each hand-over stops a partition for a moment.
 *
 * <p>Threading: the leadership lane.
 */
final class Balance {
    private static final Logger LOG = LoggerFactory.getLogger(Balance.class);
    private static final int MOST_AT_ONCE = 50;
    private static final long HAND_OVER_MS = 5_000;

    private final int self;
    private final ClusterStore cluster;
    private final Partitions partitions;
    private final HandOver handOver;
    private final ReplicaConfig.Balance config;
    private final ReplicaRuntime runtime;
    private final ReplicaRuntime.Lane lane;
    private final Map<Integer, Long> lastSeen = new HashMap<>(); // by broker, its epoch when last looked in time
    private boolean underWay;
    private boolean stopped;

    Balance(
            int self,
            ClusterStore cluster,
            Partitions partitions,
            HandOver handOver,
            ReplicaConfig.Balance config,
            ReplicaRuntime runtime,
            ReplicaRuntime.Lane lane) {
        this.self = self;
        this.cluster = cluster;
        this.partitions = partitions;
        this.handOver = handOver;
        this.config = config;
        this.runtime = runtime;
        this.lane = lane;
    }

    /** Looks time and again from now on. */
    void start() {
        lane.after(config.intervalMs(), this::lookInTime);
    }

    private void lookInTime() {
        look();
        lastSeen.clear();
        cluster.view().brokers().values().forEach(broker -> lastSeen.put(broker.id(), broker.epoch()));
        lane.after(config.intervalMs(), this::lookInTime);
    }

    /** Begins the hand-overs that are due; those that find no room follow when these are done. */
    void look() {
        if (underWay || stopped) {
            return;
        }
        ClusterView view = cluster.view();
        boolean cordoned = view.isSpared(self);
        boolean automatic = DynamicSettings.of(view, self, ReplicaConfig.AUTO_REBALANCE, config.automatic());
        if (!cordoned && !automatic) {
            return;
        }
        Map<Partition, Integer> due = new HashMap<>();
        for (Partition partition : partitions.all()) {
            if (due.size() == MOST_AT_ONCE) {
                break;
            }
            heir(partition, cordoned, view).ifPresent(heir -> due.put(partition, heir));
        }
        if (!due.isEmpty()) {
            handOver(due, cordoned);
        }
    }

    /** Begins nothing any more. */
    void stop() {
        stopped = true;
    }

    private Optional<Integer> heir(Partition partition, boolean cordoned, ClusterView view) {
        Optional<Role.Leader> leader = partition.leader();
        Optional<TopicState> topic = view.topic(partition.id().topic())
                .filter(known -> known.hasPartition(partition.id().partition()));
        if (leader.isEmpty() || topic.isEmpty()) {
            return Optional.empty();
        }
        List<Integer> replicas = topic.get().replicas(partition.id().partition());
        PartitionState state = leader.get().inSync().state();
        Predicate<Integer> isWelcome =
                cordoned ? id -> true : id -> id.equals(replicas.get(0)) && hasStayed(view.broker(id));
        return handOver.heirs(replicas, state, view).stream()
                .filter(id -> !view.isSpared(id))
                .filter(isWelcome)
                .findFirst();
    }

    private boolean hasStayed(Optional<BrokerRegistration> broker) {
        return broker.filter(now -> Long.valueOf(now.epoch()).equals(lastSeen.get(now.id())))
                .isPresent();
    }

    private void handOver(Map<Partition, Integer> due, boolean cordoned) {
        underWay = true;
        LOG.info(
                "Handing {} partitions over, {}",
                due.size(),
                cordoned ? "since this broker is cordoned or short of disk" : "to the replicas that are preferred");
        long deadlineMs = runtime.ticksMs() + HAND_OVER_MS;
        List<CompletableFuture<Boolean>> all = due.entrySet().stream()
                .map(entry -> handOver.to(entry.getValue(), entry.getKey(), HandOver.Afterwards.STAYS, deadlineMs)
                        .toCompletableFuture())
                .toList();
        CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new))
                .whenComplete((done, failure) -> lane.execute(() -> {
                    underWay = false;
                    if (due.size() == MOST_AT_ONCE && all.stream().anyMatch(one -> one.getNow(false))) {
                        look(); // else in time
                    }
                }));
    }
}
