package io.millrace.broker.replica;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.TopicPartition;

/**
 * Finds the partitions here that nobody leads, and has those claimed that may be: not where this broker may lack records,
 * and none any more once it is to stop. Those of internal topics come last, by {@link Turns}.
 *
 * <p>Threading: the leadership lane.
 */
final class Vacancies {
    private final int self;
    private final ClusterStore cluster;
    private final Partitions partitions;
    private final Claims claims;
    private final Peers peers;
    private final UncleanReturn uncleanReturn;
    private final Turns<TopicPartition> internal;
    private boolean stopped;

    Vacancies(
            int self,
            ClusterStore cluster,
            Partitions partitions,
            Peers peers,
            Claims claims,
            UncleanReturn uncleanReturn,
            ReplicaRuntime runtime,
            ReplicaRuntime.Lane lane) {
        this.self = self;
        this.cluster = cluster;
        this.partitions = partitions;
        this.claims = claims;
        this.peers = peers;
        this.uncleanReturn = uncleanReturn;
        this.internal = new Turns<>(runtime, lane, this::lookAtInternal);
    }

    /**
     * Looks at all partitions: somebody may be gone, and what he led is to be claimed.
     *
     * @return whether a broker that is gone has led partitions of users' topics, here or elsewhere
     */
    boolean look() {
        ClusterView view = cluster.view();
        boolean usersWait = view.topics().stream()
                .filter(topic -> !Partitions.isInternal(topic.name()))
                .anyMatch(topic -> hasLostLeader(topic, view));
        if (usersWait) {
            internal.holdOff();
        }
        view.topics().forEach(topic -> lookAtAll(topic, view));
        return usersWait;
    }

    private boolean hasLostLeader(TopicState topic, ClusterView view) {
        for (int p = 0; p < topic.partitionCount(); p++) {
            if (topic.state(p)
                    .filter(state -> state.hasLeader() && !peers.isReliable(view, state.leader()))
                    .isPresent()) {
                return true;
            }
        }
        return false;
    }

    private void lookAtAll(TopicState topic, ClusterView view) {
        for (int p = 0; p < topic.partitionCount(); p++) {
            if (topic.replicas(p).contains(self)) {
                look(topic, p, view);
            }
        }
    }

    /** Looks at one partition that has a replica here. */
    void look(TopicState topic, int number, ClusterView view) {
        TopicPartition id = new TopicPartition(topic.name(), number);
        if (!mayClaim(id)) {
            return;
        }
        if (!Partitions.isInternal(topic.name())) {
            claims.consider(topic, number, view);
        } else if (claims.isDue(topic, number, view)) {
            internal.add(id);
        }
    }

    private void lookAtInternal(TopicPartition id) {
        ClusterView view = cluster.view();
        view.topic(id.topic())
                .filter(topic -> topic.hasPartition(id.partition()) && mayClaim(id))
                .ifPresent(topic -> claims.consider(topic, id.partition(), view));
    }

    private boolean mayClaim(TopicPartition id) {
        return !stopped && partitions.find(id).isPresent() && !uncleanReturn.isOpen(id);
    }

    /** Looks at one that nobody has ever led. */
    void lookAtUnborn(TopicState topic, int number, ClusterView view) {
        claims.considerFirst(topic, number, view);
    }

    /** Has nothing claimed any more. */
    void stop() {
        stopped = true;
    }
}
