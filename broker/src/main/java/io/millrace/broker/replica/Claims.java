package io.millrace.broker.replica;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.PartitionWrite;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.TopicPartition;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
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

    private final int self;
    private final ClusterStore cluster;
    private final Peers peers;
    private final UncleanElection unclean;
    private final ReplicaRuntime.Lane lane;

    /** Of each partition, the version of the state that a claim is under way or planned for. */
    private final Map<TopicPartition, Integer> underWay = new HashMap<>();

    /** Whether a replica that is not in sync may lead a topic when nobody else is left. */
    @FunctionalInterface
    interface UncleanElection {
        boolean isAllowed(ClusterView view, String topic);
    }

    Claims(int self, ClusterStore cluster, Peers peers, UncleanElection unclean, ReplicaRuntime.Lane lane) {
        this.self = self;
        this.cluster = cluster;
        this.peers = peers;
        this.unclean = unclean;
        this.lane = lane;
    }

    /** Claims a partition if that is this broker's turn, now or in a moment. */
    void consider(TopicState topic, int number, ClusterView view) {
        TopicPartition id = new TopicPartition(topic.name(), number);
        topic.state(number).ifPresent(state -> {
            OptionalInt place = Election.place(self, facts(topic, number, state, view));
            boolean isPlanned = Integer.valueOf(state.version()).equals(underWay.get(id));
            if (place.isEmpty() || isPlanned) {
                return;
            }
            underWay.put(id, state.version());
            lane.after(place.getAsInt() * STEP_MS, () -> claim(id, topic, state.version()));
        });
    }

    private Election.Facts facts(TopicState topic, int number, PartitionState state, ClusterView view) {
        return new Election.Facts(
                topic.replicas(number),
                state,
                broker -> peers.isReliable(view, broker),
                unclean.isAllowed(view, topic.name()));
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
                        LOG.info(
                                "{}: claimed at epoch {}, in sync are {}",
                                id,
                                done.state().leaderEpoch(),
                                done.state().isr());
                    }
                }));
    }
}
