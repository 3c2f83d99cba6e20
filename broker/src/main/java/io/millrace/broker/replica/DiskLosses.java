package io.millrace.broker.replica;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.log.Logs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets go of what lies on a disk that failed. What is led there is handed over, since what is stored can still be read;
 * what is followed there is not fetched any more, or a leader with nothing new would take it for in sync. With no disk left
 * this broker tells the cluster that it may lack records, so that nobody waits for it.
 *
 * <p>Threading: the leadership lane; nothing happens in it before the first loss.
 */
final class DiskLosses {
    private static final Logger LOG = LoggerFactory.getLogger(DiskLosses.class);
    private static final long LOOK_AGAIN_MS = 1000;
    private static final long HAND_OVER_MS = 2000;

    private final int self;
    private final ClusterStore cluster;
    private final Partitions partitions;
    private final Logs logs;
    private final Fetchers fetchers;
    private final HandOver handOver;
    private final ReplicaRuntime runtime;
    private final ReplicaRuntime.Lane lane;
    private boolean any;
    private boolean underWay;

    DiskLosses(
            int self,
            ClusterStore cluster,
            Partitions partitions,
            Logs logs,
            Fetchers fetchers,
            HandOver handOver,
            ReplicaRuntime runtime,
            ReplicaRuntime.Lane lane) {
        this.self = self;
        this.cluster = cluster;
        this.partitions = partitions;
        this.logs = logs;
        this.fetchers = fetchers;
        this.handOver = handOver;
        this.runtime = runtime;
        this.lane = lane;
    }

    /** Acts on losses from now on, and on those that were before. */
    void start() {
        logs.tellOfLosses(() -> lane.execute(this::begin));
    }

    private void begin() {
        if (!any) {
            any = true;
            lookInTime();
        } else {
            look();
        }
    }

    /** Roles change, and new followers are begun with: it has to be looked again. */
    private void lookInTime() {
        look();
        lane.after(LOOK_AGAIN_MS, this::lookInTime);
    }

    private void look() {
        if (underWay) {
            return;
        }
        ClusterView view = cluster.view();
        long deadlineMs = runtime.ticksMs() + HAND_OVER_MS;
        List<CompletableFuture<Boolean>> all = new ArrayList<>();
        for (Partition partition : partitions.all()) {
            if (!partition.log().isWritable()) {
                Optional<Integer> heir = partition.leader().flatMap(leader -> heir(partition, leader, view));
                heir.ifPresent(id -> all.add(handOver.to(id, partition, HandOver.Afterwards.LEAVES, deadlineMs)
                        .toCompletableFuture()));
                if (partition.leader().isEmpty()) {
                    fetchers.stop(partition.id());
                }
            }
        }
        if (!all.isEmpty()) {
            LOG.info("Handing {} partitions over, whose disk failed", all.size());
        }
        underWay = true;
        CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new))
                .whenComplete((done, failure) -> lane.execute(this::handedOver));
    }

    private Optional<Integer> heir(Partition partition, Role.Leader leader, ClusterView view) {
        PartitionState state = leader.inSync().state();
        return view.topic(partition.id().topic())
                .filter(topic -> topic.hasPartition(partition.id().partition()))
                .flatMap(topic -> handOver.heirs(topic.replicas(partition.id().partition()), state, view).stream()
                        .findFirst());
    }

    private void handedOver() {
        underWay = false;
        ClusterView view = cluster.view();
        boolean hasOthers = view.brokers().size() > 1;
        if (logs.areLost() && hasOthers) {
            view.broker(self).filter(now -> !now.recovering()).ifPresent(now -> {
                underWay = true;
                cluster.update(now.withRecovering(true))
                        .whenComplete((done, failure) -> lane.execute(() -> {
                            underWay = false;
                            if (failure == null) {
                                LOG.warn("No log directory is left: nobody counts on this broker until its next start");
                            }
                        }));
            });
        }
    }
}
