package io.millrace.broker.replica;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.TopicPartition;

/**
 * Finds the partitions here that nobody leads, and has those claimed that may be: not where this broker may lack records,
 * and none any more once it is to stop. Those of internal topics come last: there are many, and more wait for the others.
 *
 * <p>Threading: the leadership lane.
 */
final class Vacancies {
    private final int self;
    private final ClusterStore cluster;
    private final Partitions partitions;
    private final Claims claims;
    private final UncleanReturn uncleanReturn;
    private boolean stopped;

    Vacancies(int self, ClusterStore cluster, Partitions partitions, Claims claims, UncleanReturn uncleanReturn) {
        this.self = self;
        this.cluster = cluster;
        this.partitions = partitions;
        this.claims = claims;
        this.uncleanReturn = uncleanReturn;
    }

    /** Looks at all partitions: somebody may be gone, and what he led is to be claimed. */
    void look() {
        ClusterView view = cluster.view();
        view.topics().stream().filter(topic -> !isInternal(topic)).forEach(topic -> lookAtAll(topic, view));
        view.topics().stream().filter(Vacancies::isInternal).forEach(topic -> lookAtAll(topic, view));
    }

    /** By the names that Kafka gives such topics. */
    private static boolean isInternal(TopicState topic) {
        return topic.name().startsWith("__");
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
        if (!stopped && partitions.find(id).isPresent() && !uncleanReturn.isOpen(id)) {
            claims.consider(topic, number, view);
        }
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
