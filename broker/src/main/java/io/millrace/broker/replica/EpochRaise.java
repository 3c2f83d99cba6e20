package io.millrace.broker.replica;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.PartitionState;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Raises the leader epoch of a partition that is led here, by the same versioned write as any change of leaders, only that
 * the leader stays: so that a mirror's epochs are never lower than its source's, which clients may come from.
 *
 * <p>Threading: the leadership lane.
 */
final class EpochRaise {
    private final int self;
    private final ClusterStore cluster;
    private final ReplicaRuntime.Lane lane;

    EpochRaise(int self, ClusterStore cluster, ReplicaRuntime.Lane lane) {
        this.self = self;
        this.cluster = cluster;
        this.lane = lane;
    }

    /**
     * Completes in the lane when the write is done, or was not needed, and this broker acts on what the cluster says then;
     * whether it leads at that epoch the caller has to look.
     */
    CompletionStage<Void> toAtLeast(int epoch, Partition partition) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        lane.execute(() -> begin(epoch, partition, done));
        return done;
    }

    private void begin(int epoch, Partition partition, CompletableFuture<Void> done) {
        Optional<Role.Leader> leader = partition
                .leader()
                .filter(now -> now.leaderEpoch() < epoch && now.leaving().isEmpty());
        if (leader.isEmpty()) {
            done.complete(null);
            return;
        }
        PartitionState now = leader.get().inSync().state();
        PartitionState next = new PartitionState(self, epoch, now.isr(), now.leaderRecoveryState(), now.version());
        cluster.compareAndSet(partition.log().topicId(), partition.id(), now.version(), next)
                .thenCompose(written -> cluster.when(told -> true))
                .whenComplete((told, failure) -> lane.execute(
                        () -> { // behind what that news has this lane do
                            if (failure == null) {
                                done.complete(null);
                            } else {
                                done.completeExceptionally(failure);
                            }
                        }));
    }
}
