package io.millrace.broker.replica;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.PartitionWrite;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Claims the leadership of partitions whose leader is gone, by one versioned write each: whoever writes first leads, all
 * others see it. The first in order claims at once, the next ones a little later, so that as a rule nobody loses.
 *
 * <p>Threading: the leadership lane.
 */
final class Claims {
    private static final Logger LOG = LoggerFactory.getLogger(Claims.class);
    private static final long STEP_MS = 40;
    private static final long RETRY_MS = 500;
    private static final long RETRY_FIRST_MS = 1000;

    private final int self;
    private final ClusterStore cluster;
    private final Peers peers;
    private final UncleanElection unclean;
    private final ReplicaMeters meters;
    private final ReplicaRuntime.Lane lane;

    /** Of each partition, the version of the state that a claim is under way or planned for. */
    private final Map<TopicPartition, Integer> underWay = new HashMap<>();

    Claims(
            int self,
            ClusterStore cluster,
            Peers peers,
            UncleanElection unclean,
            ReplicaMeters meters,
            ReplicaRuntime.Lane lane) {
        this.meters = meters;
        this.self = self;
        this.cluster = cluster;
        this.peers = peers;
        this.unclean = unclean;
        this.lane = lane;
    }

    /** Whether this broker may claim a partition, and has not begun to. */
    boolean isDue(TopicState topic, int number, ClusterView view) {
        return topic.state(number)
                .filter(state ->
                        Election.place(self, facts(topic, number, state, view)).isPresent())
                .filter(state -> !isPlanned(new TopicPartition(topic.name(), number), state))
                .isPresent();
    }

    private boolean isPlanned(TopicPartition id, PartitionState state) {
        return Integer.valueOf(state.version()).equals(underWay.get(id));
    }

    /** Claims a partition if that is this broker's turn, now or in a moment. */
    void consider(TopicState topic, int number, ClusterView view) {
        TopicPartition id = new TopicPartition(topic.name(), number);
        topic.state(number).ifPresent(state -> {
            OptionalInt place = Election.place(self, facts(topic, number, state, view));
            if (place.isEmpty() || isPlanned(id, state)) {
                return;
            }
            underWay.put(id, state.version());
            if (place.getAsInt() == 0) {
                claim(id, topic, state.version());
            } else {
                lane.after(place.getAsInt() * STEP_MS, () -> claim(id, topic, state.version()));
            }
        });
    }

    private Election.Facts facts(TopicState topic, int number, PartitionState state, ClusterView view) {
        return facts(topic, number, state, view, unclean.isAllowed(view, topic.name()));
    }

    /** A cordoned broker claims what nobody else can: it comes last. */
    private Election.Facts facts(
            TopicState topic, int number, PartitionState state, ClusterView view, boolean isUncleanAllowed) {
        List<Integer> inOrder = topic.replicas(number).stream()
                .sorted(Comparator.comparing(view::isSpared)) // stable
                .toList();
        return new Election.Facts(inOrder, state, broker -> peers.isReliable(view, broker), isUncleanAllowed);
    }

    /** A crash while the topic was created left this partition without a state: its first live replica leads. */
    void considerFirst(TopicState topic, int number, ClusterView view) {
        boolean isFirst = topic.replicas(number).stream()
                .filter(broker -> peers.isReliable(view, broker) || broker == self)
                .findFirst()
                .filter(broker -> broker == self)
                .isPresent();
        if (!isFirst) {
            return;
        }
        TopicPartition id = new TopicPartition(topic.name(), number);
        PartitionState state =
                new PartitionState(self, 0, topic.replicas(number), PartitionState.RECOVERED, PartitionState.UNWRITTEN);
        cluster.compareAndSet(topic.id(), id, PartitionState.UNWRITTEN, state)
                .whenComplete((written, failure) -> { // whoever wins, the view tells
                    if (failure != null) {
                        LOG.warn("Cannot write that broker {} leads {}: {}", self, id, failure.getMessage());
                        lane.after(RETRY_FIRST_MS, () -> considerFirstAgain(topic.id(), number));
                    }
                });
    }

    private void considerFirstAgain(Uuid topicId, int number) {
        ClusterView view = cluster.view();
        view.topic(topicId)
                .filter(topic -> topic.state(number).isEmpty())
                .ifPresent(topic -> considerFirst(topic, number, view));
    }

    /** Whose turn it is to claim a partition, if an administrator allows a replica that is not in sync. Any thread. */
    OptionalInt firstInOrder(TopicState topic, int number, ClusterView view) {
        return topic.state(number).stream()
                .map(state -> facts(topic, number, state, view, true))
                .flatMap(facts -> facts.replicas().stream()
                        .filter(id -> Election.place(id, facts).equals(OptionalInt.of(0))))
                .mapToInt(Integer::intValue)
                .findFirst();
    }

    /** Claims a partition at once, though this broker may lack records, if nobody leads it and nobody better is there. */
    CompletionStage<ErrorCode> force(TopicState topic, int number, ClusterView view) {
        Optional<PartitionState> state = topic.state(number);
        if (state.isEmpty()) {
            return CompletableFuture.completedFuture(ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE);
        }
        Election.Facts facts = facts(topic, number, state.get(), view, true);
        if (Election.isLed(facts)) {
            return CompletableFuture.completedFuture(ErrorCode.ELECTION_NOT_NEEDED);
        }
        Optional<PartitionState> next = Election.claim(self, facts);
        if (next.isEmpty()) {
            return CompletableFuture.completedFuture(ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE);
        }
        TopicPartition id = new TopicPartition(topic.name(), number);
        long begun = meters.now();
        return cluster.compareAndSet(topic.id(), id, next.get().version(), next.get())
                .handle((outcome, failure) -> {
                    if (failure == null && outcome instanceof PartitionWrite.Written done) {
                        meters.elected(begun, isClean(done.state()));
                        LOG.warn("{}: claimed since an administrator wants it, in sync or not", id);
                        return ErrorCode.NONE;
                    }
                    return ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE;
                });
    }

    private static boolean isClean(PartitionState state) {
        return state.leaderRecoveryState() == PartitionState.RECOVERED;
    }

    private void claim(TopicPartition id, TopicState seen, int version) {
        ClusterView view = cluster.view();
        view.topic(seen.id())
                .flatMap(topic -> topic.state(id.partition())
                        .filter(state -> state.version() == version)
                        .flatMap(state -> Election.claim(self, facts(topic, id.partition(), state, view))))
                .ifPresentOrElse(next -> write(id, seen, next), () -> underWay.remove(id, version));
    }

    private void write(TopicPartition id, TopicState topic, PartitionState next) {
        int version = next.version();
        long begun = meters.now();
        cluster.compareAndSet(topic.id(), id, version, next)
                .whenComplete((outcome, failure) -> lane.execute(() -> {
                    if (failure != null) {
                        LOG.warn("{}: cannot claim it: {}", id, failure.getMessage());
                        lane.after(RETRY_MS, () -> {
                            underWay.remove(id, version);
                            cluster.view()
                                    .topic(topic.id())
                                    .ifPresent(now -> consider(now, id.partition(), cluster.view()));
                        });
                        return;
                    }
                    underWay.remove(id, version);
                    if (outcome instanceof PartitionWrite.Written done) {
                        meters.elected(begun, isClean(done.state()));
                        LOG.info(
                                "{}: claimed at epoch {}, in sync are {}",
                                id,
                                done.state().leaderEpoch(),
                                done.state().isr());
                    }
                }));
    }
}
