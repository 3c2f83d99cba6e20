package io.millrace.broker.replica;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.PartitionWrite;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives the leadership of a partition to another member of its in-sync set, without losing anything, whatever the acks:
 * takes no more records, waits until the heir has all there are, and then writes the heir's name.
 *
 * <p>Threading: the leadership lane; stages complete there.
 */
final class HandOver {
    private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);
    private static final long LOOK_AGAIN_MS = 2;
    private static final long RETRY_MS = 100;

    /** So many members of a set are enough for this broker to leave it, where min.insync.replicas asks for no more. */
    private static final int ENOUGH = 2;

    /** What becomes of this broker's place in the in-sync set. */
    enum Afterwards {
        /** It goes on as a follower. */
        STAYS,
        /**
         * It is about to stop: it leaves the set, so that no producer waits for a broker that takes leave, but where those who
         * are left would be too few.
         */
        STAYS_IF_NEEDED,
        /** It is to have no replica any more. */
        LEAVES
    }

    private final int self;
    private final ClusterStore cluster;
    private final Peers peers;
    private final ReplicaRuntime runtime;
    private final ReplicaRuntime.Lane lane;

    HandOver(int self, ClusterStore cluster, Peers peers, ReplicaRuntime runtime, ReplicaRuntime.Lane lane) {
        this.self = self;
        this.cluster = cluster;
        this.peers = peers;
        this.runtime = runtime;
        this.lane = lane;
    }

    /** Who may take over, in order of preference: in sync, and there. */
    List<Integer> heirs(List<Integer> replicas, PartitionState state, ClusterView view) {
        return replicas.stream()
                .filter(id -> id != self && state.isr().contains(id) && peers.isReliable(view, id))
                .toList();
    }

    /**
     * Hands over all that is led here and that somebody can take, also what others hand over to this broker meanwhile, until
     * nothing of that is left or time is over: the partitions of users' topics at once, those of internal ones by turns.
     * Completes in the lane.
     */
    CompletionStage<Void> all(Partitions partitions, long deadlineMs) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        rest(partitions, deadlineMs, done);
        return done;
    }

    private void rest(Partitions partitions, long deadlineMs, CompletableFuture<Void> done) {
        List<CompletableFuture<Boolean>> begun = new ArrayList<>();
        partitions.all(false).forEach(partition -> begin(partition, deadlineMs, begun));
        Turns<Partition> internal = new Turns<>(runtime, lane, partition -> begin(partition, deadlineMs, begun));
        if (!begun.isEmpty()) {
            internal.holdOff();
        }
        partitions.all(true).filter(partition -> partition.leader().isPresent()).forEach(internal::add);
        internal.afterwards(() -> {
            if (begun.isEmpty() || runtime.ticksMs() >= deadlineMs) {
                done.complete(null);
                return;
            }
            CompletableFuture.allOf(begun.toArray(CompletableFuture<?>[]::new))
                    .whenComplete(
                            (some, failure) -> lane.after(LOOK_AGAIN_MS, () -> rest(partitions, deadlineMs, done)));
        });
    }

    private void begin(Partition partition, long deadlineMs, List<CompletableFuture<Boolean>> begun) {
        partition
                .leader()
                .flatMap(leader -> heir(partition, leader, cluster.view()))
                .ifPresent(heir -> begun.add(to(heir, partition, Afterwards.STAYS_IF_NEEDED, deadlineMs)
                        .toCompletableFuture()));
    }

    private Optional<Integer> heir(Partition partition, Role.Leader leader, ClusterView view) {
        return view.topic(partition.id().topic())
                .map(topic -> topic.replicas(partition.id().partition()))
                .flatMap(replicas ->
                        heirs(replicas, leader.inSync().state(), view).stream().findFirst());
    }

    /**
     * Hands a partition over.
     *
     * @param deadlineMs ticks, after which the hand-over is given up and this broker goes on leading
     * @return whether the heir's name is written; false too if this broker does not lead any more
     */
    CompletionStage<Boolean> to(int heir, Partition partition, Afterwards afterwards, long deadlineMs) {
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        partition
                .leader()
                .ifPresentOrElse(
                        leader -> begin(heir, partition, leader, afterwards, deadlineMs, done),
                        () -> done.complete(false));
        return done;
    }

    private void begin(
            int heir,
            Partition partition,
            Role.Leader leader,
            Afterwards afterwards,
            long deadlineMs,
            CompletableFuture<Boolean> done) {
        if (partition.leave(leader.leaderEpoch())) {
            awaitHeir(new Attempt(heir, partition, leader, afterwards, deadlineMs, done));
        } else {
            done.complete(false);
        }
    }

    private record Attempt(
            int heir,
            Partition partition,
            Role.Leader leader,
            Afterwards afterwards,
            long deadlineMs,
            CompletableFuture<Boolean> done) {

        boolean hasAll() {
            OptionalLong has = leader.inSync().progressOf(heir);
            return has.isPresent() && has.getAsLong() >= partition.log().endOffset();
        }
    }

    private void awaitHeir(Attempt attempt) {
        if (!attempt.partition().isLedAt(attempt.leader().leaderEpoch())) {
            attempt.done().complete(false);
        } else if (attempt.hasAll()) {
            write(attempt);
        } else if (runtime.ticksMs() >= attempt.deadlineMs()) {
            giveUp(attempt, "broker " + attempt.heir() + " does not keep up");
        } else {
            lane.after(LOOK_AGAIN_MS, () -> awaitHeir(attempt));
        }
    }

    private void write(Attempt attempt) {
        Partition partition = attempt.partition();
        PartitionState now = attempt.leader().inSync().state();
        if (!now.isr().contains(attempt.heir())) {
            giveUp(attempt, "broker " + attempt.heir() + " is not in sync any more");
            return;
        }
        boolean stays =
                switch (attempt.afterwards()) {
                    case STAYS -> true;
                    case STAYS_IF_NEEDED -> isNeeded(partition, now);
                    case LEAVES -> false;
                };
        List<Integer> isr = now.isr().stream().filter(id -> id != self || stays).toList();
        PartitionState next = new PartitionState(
                attempt.heir(), now.leaderEpoch() + 1, isr, now.leaderRecoveryState(), now.version());
        cluster.compareAndSet(partition.log().topicId(), partition.id(), now.version(), next)
                .whenComplete((outcome, failure) -> lane.execute(() -> {
                    if (failure != null) { // written or not: nothing is taken until that is known, or time is over
                        lane.after(RETRY_MS, () -> awaitHeir(attempt));
                    } else if (outcome instanceof PartitionWrite.Written) {
                        LOG.info("{}: handed over to broker {}", partition.id(), attempt.heir());
                        attempt.done()
                                .complete(true); // the view tells of the new leader, and makes this one a follower
                    } else {
                        conflict(attempt, (PartitionWrite.Conflict) outcome);
                    }
                }));
    }

    /** Whether the others who are in sync, and there, are too few without this broker. */
    private boolean isNeeded(Partition partition, PartitionState now) {
        ClusterView view = cluster.view();
        long others = now.isr().stream()
                .filter(id -> id != self && peers.isReliable(view, id))
                .count();
        int wanted = now.isr().size() - partition.inSyncSurplus();
        return others < Math.max(ENOUGH, wanted);
    }

    /** The set has changed meanwhile, most likely; if it was the leader, the view tells. */
    private void conflict(Attempt attempt, PartitionWrite.Conflict conflict) {
        boolean stillOurs = conflict.current()
                .filter(state -> state.leaderEpoch() == attempt.leader().leaderEpoch())
                .isPresent();
        if (!stillOurs) {
            attempt.done().complete(false);
        } else if (runtime.ticksMs() >= attempt.deadlineMs()) {
            giveUp(attempt, "its in-sync set keeps changing");
        } else {
            lane.after(LOOK_AGAIN_MS, () -> awaitHeir(attempt));
        }
    }

    private void giveUp(Attempt attempt, String why) {
        LOG.info("{}: not handed over to broker {}: {}", attempt.partition().id(), attempt.heir(), why);
        attempt.partition().stay(attempt.leader().leaderEpoch());
        attempt.done().complete(false);
    }
}
