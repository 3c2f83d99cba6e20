package io.millrace.broker.replica;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.log.LeaderEpochs.EpochEnd;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles what a broker may lack after an unclean stop, before anybody relies on it. Where another member of an in-sync
 * set is alive, that one leads, and takes this broker out of the set until it has caught up. Where none is, after a full
 * outage, the members that return compare their logs, and the longest leads; for those that do not return a while is
 * waited.
 *
 * <p>Where it is not in sync, a leader may still be about to write that it is, for what it had in its last life: it
 * writes the state again as it is, so that such a write comes too late.
 *
 * <p>Threading: the leadership lane.
 */
final class UncleanReturn {
    private static final Logger LOG = LoggerFactory.getLogger(UncleanReturn.class);
    private static final long LOOK_AGAIN_MS = 200;

    private final int self;
    private final ClusterStore cluster;
    private final Partitions partitions;
    private final Peers peers;
    private final LogEnds logEnds;
    private final ReplicaConfig config;
    private final ReplicaRuntime runtime;
    private final ReplicaRuntime.Lane lane;
    private final Consumer<TopicPartition> onSettled;
    private final CompletableFuture<Void> settled = new CompletableFuture<>();

    /** What is not settled, and the leader epoch at which it was found. */
    private final Map<TopicPartition, Integer> open = new HashMap<>();

    /** Of those whose set this broker is not in, the version of the state that a late write could still build on. */
    private final Map<TopicPartition, Integer> outside = new HashMap<>();

    private final Set<TopicPartition> writing = new HashSet<>();

    /** Since when another one, in the life that its registration's epoch names, has not told of its log of a partition. */
    private final Map<Untold, Long> untoldSinceMs = new HashMap<>();

    private record Untold(TopicPartition id, int broker, long epoch) {}

    private boolean begun;
    private long beganMs;
    private boolean asking;

    /** @param onSettled told of each partition that may be led here from now on */
    UncleanReturn(
            int self,
            ClusterStore cluster,
            Partitions partitions,
            Peers peers,
            LogEnds logEnds,
            ReplicaConfig config,
            ReplicaRuntime runtime,
            ReplicaRuntime.Lane lane,
            Consumer<TopicPartition> onSettled) {
        this.self = self;
        this.cluster = cluster;
        this.partitions = partitions;
        this.peers = peers;
        this.logEnds = logEnds;
        this.config = config;
        this.runtime = runtime;
        this.lane = lane;
        this.onSettled = onSettled;
    }

    /** Notes everything that this broker counts as in sync for, also what it finds no log of: that lacks even more. */
    void begin(ClusterView view) {
        beganMs = runtime.ticksMs();
        for (TopicState topic : view.topics()) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                TopicPartition id = new TopicPartition(topic.name(), p);
                topic.state(p)
                        .filter(state -> topic.replicas(id.partition()).contains(self))
                        .ifPresent(state -> {
                            open.put(id, state.leaderEpoch());
                            if (!state.isr().contains(self)) {
                                outside.put(id, state.version());
                            }
                        });
            }
        }
    }

    /** Looks from now on, time and again. */
    void start() {
        begun = true;
        look();
        if (!settled.isDone()) {
            lane.after(LOOK_AGAIN_MS, this::start);
        }
    }

    /** Nothing can be lacking. */
    void skip() {
        settled.complete(null);
    }

    /** Whether this broker must not lead or claim a partition yet. */
    boolean isOpen(TopicPartition id) {
        return open.containsKey(id);
    }

    /** Completes when nothing is left to settle. */
    CompletionStage<Void> settled() {
        return settled;
    }

    /** A partition whose log cannot be opened here will not be led here. */
    void passOver(TopicPartition id) {
        open.remove(id);
    }

    /** Settles what can be settled by now. */
    void look() {
        if (settled.isDone() || !begun) {
            return;
        }
        ClusterView view = cluster.view();
        List<TopicPartition> comparable = new ArrayList<>();
        for (TopicPartition id : List.copyOf(open.keySet())) {
            switch (verdict(id, view)) {
                case SETTLED -> {
                    open.remove(id);
                    onSettled.accept(id);
                }
                case REWRITE -> rewrite(id, view);
                case ALONE -> claim(id, view);
                case COMPARE -> comparable.add(id);
                case WAIT -> {}
            }
        }
        compare(comparable, view);
        if (open.isEmpty()) {
            settled.complete(null);
        }
    }

    private enum Verdict {
        SETTLED,
        REWRITE,
        ALONE,
        COMPARE,
        WAIT
    }

    private Verdict verdict(TopicPartition id, ClusterView view) {
        Optional<PartitionState> found = view.partition(id);
        if (found.isEmpty()) {
            return Verdict.SETTLED;
        }
        PartitionState state = found.get();
        if (!state.isr().contains(self)) {
            return Integer.valueOf(state.version()).equals(outside.get(id)) ? Verdict.REWRITE : Verdict.SETTLED;
        }
        if (state.leader() == self && state.leaderEpoch() > open.get(id)) {
            return Verdict.SETTLED;
        }
        List<Integer> others = others(state);
        if (others.isEmpty()) {
            return Verdict.ALONE;
        }
        if (others.stream().anyMatch(other -> peers.isReliable(view, other))) {
            return Verdict.WAIT; // it leads, or will, without us
        }
        boolean allBack = others.stream().allMatch(other -> view.broker(other).isPresent());
        return allBack || isTimeOver() ? Verdict.COMPARE : Verdict.WAIT;
    }

    /** Not while the store is out of reach: others may be back by now. */
    private boolean isTimeOver() {
        return cluster.isReachable() && runtime.ticksMs() - beganMs >= config.returnWaitMs();
    }

    private List<Integer> others(PartitionState state) {
        return state.isr().stream().filter(id -> id != self).toList();
    }

    /** Asks all other members that are back where their logs end, and claims what is longest here. */
    private void compare(List<TopicPartition> ids, ClusterView view) {
        if (asking || ids.isEmpty()) {
            return;
        }
        Map<Integer, List<TopicPartition>> byPeer = new HashMap<>();
        for (TopicPartition id : ids) {
            for (int other : others(view.partition(id).orElseThrow())) {
                if (view.broker(other).isPresent()) {
                    byPeer.computeIfAbsent(other, peer -> new ArrayList<>()).add(id);
                }
            }
        }
        asking = true;
        List<CompletableFuture<Map<TopicPartition, EpochEnd>>> answers = new ArrayList<>();
        Map<Integer, CompletableFuture<Map<TopicPartition, EpochEnd>>> answerOf = new HashMap<>();
        byPeer.forEach((peer, asked) -> {
            BrokerRegistration broker = view.broker(peer).orElseThrow();
            CompletableFuture<Map<TopicPartition, EpochEnd>> answer =
                    logEnds.of(broker, asked).toCompletableFuture();
            answers.add(answer);
            answerOf.put(peer, answer);
        });
        CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .whenComplete((all, failure) -> lane.execute(() -> {
                    asking = false;
                    if (failure == null) {
                        ids.forEach(id -> claimIfLongest(id, answerOf));
                    } else {
                        LOG.info("Another broker that returns cannot be asked yet: {}", failure.getMessage());
                    }
                }));
    }

    private void claimIfLongest(
            TopicPartition id, Map<Integer, CompletableFuture<Map<TopicPartition, EpochEnd>>> answers) {
        ClusterView view = cluster.view();
        Optional<Partition> here = partitions.find(id);
        if (!isOpen(id) || here.isEmpty() || verdict(id, view) != Verdict.COMPARE) {
            return;
        }
        List<Integer> replicas = view.topic(id.topic()).orElseThrow().replicas(id.partition());
        EpochEnd own = here.get().lastOfLog();
        boolean longest = true;
        for (int other : others(view.partition(id).orElseThrow())) {
            if (answers.containsKey(other)) {
                EpochEnd theirs = answers.get(other).join().get(id);
                boolean first = replicas.indexOf(self) < replicas.indexOf(other);
                if (theirs == null && mayStillTell(id, other, view)) {
                    return;
                }
                longest &= theirs == null || isLonger(own, theirs, first);
            } else if (view.broker(other).isPresent()) {
                return; // it came back just now: it is asked with the next look
            }
        }
        if (longest) {
            LOG.info("{}: the longest log of those that returned, {}, is here", id, own);
            claim(id, view);
        }
    }

    /** A broker that has just come back may not have opened its log yet; one that never does cannot read it. */
    private boolean mayStillTell(TopicPartition id, int other, ClusterView view) {
        long epoch = view.broker(other).map(BrokerRegistration::epoch).orElse(-1L);
        long now = runtime.ticksMs();
        return now - untoldSinceMs.computeIfAbsent(new Untold(id, other, epoch), asked -> now) < config.returnWaitMs();
    }

    private static boolean isLonger(EpochEnd own, EpochEnd theirs, boolean isFirst) {
        if (own.epoch() != theirs.epoch()) {
            return own.epoch() > theirs.epoch();
        }
        return own.endOffset() > theirs.endOffset() || (own.endOffset() == theirs.endOffset() && isFirst);
    }

    private void rewrite(TopicPartition id, ClusterView view) {
        PartitionState state = view.partition(id).orElseThrow();
        write(id, view, state);
    }

    /** Leads on alone, at a new epoch, by which clients find out that the end may have moved back. */
    private void claim(TopicPartition id, ClusterView view) {
        PartitionState state = view.partition(id).orElseThrow();
        write(
                id,
                view,
                new PartitionState(
                        self, state.leaderEpoch() + 1, List.of(self), state.leaderRecoveryState(), state.version()));
    }

    private void write(TopicPartition id, ClusterView view, PartitionState next) {
        if (partitions.find(id).isEmpty() || !writing.add(id)) {
            return; // its log is not open yet, or it is being written
        }
        Uuid topicId = view.topic(id.topic()).orElseThrow().id();
        cluster.compareAndSet(topicId, id, next.version(), next)
                .whenComplete((outcome, failure) -> lane.execute(() -> {
                    writing.remove(id);
                    if (failure != null) {
                        LOG.warn("{}: cannot settle what is lacking yet: {}", id, failure.getMessage());
                    }
                }));
    }
}
