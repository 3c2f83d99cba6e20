package io.millrace.broker;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.group.Topics;
import io.millrace.protocol.Uuid;
import java.util.Optional;

/** The topics that the group room asks for, out of the cluster's view. */
record ViewTopics(ClusterStore cluster) implements Topics {
    @Override
    public int partitions(String topic) {
        return cluster.view().topic(topic).map(TopicState::partitionCount).orElse(0);
    }

    @Override
    public Optional<Uuid> id(String topic) {
        return cluster.view().topic(topic).map(TopicState::id);
    }

    @Override
    public Optional<String> name(Uuid id) {
        return cluster.view().topic(id).map(TopicState::name);
    }
}
