package io.millrace.broker.replica;

import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.cluster.DynamicSettings;
import io.millrace.broker.log.TopicSettings;

/**
 * Whether a replica that is not in sync may lead a topic when nobody else is left: as the topic says, else as all do.
 *
 * <p>Threading: any thread.
 */
final class UncleanElection {
    private final int self;
    private final ReplicaConfig config;

    UncleanElection(int self, ReplicaConfig config) {
        this.self = self;
        this.config = config;
    }

    boolean isAllowed(ClusterView view, String topic) {
        String own = view.config(new ConfigScope.Topic(topic)).get(TopicSettings.UNCLEAN_LEADER_ELECTION.name());
        return own == null
                ? DynamicSettings.of(
                        view, self, TopicSettings.UNCLEAN_LEADER_ELECTION.setting(), config.uncleanLeaderElection())
                : Boolean.parseBoolean(own);
    }
}
