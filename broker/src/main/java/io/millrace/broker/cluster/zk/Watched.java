package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.ClusterEdit;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.protocol.TopicPartition;
import java.util.Map;
import java.util.Optional;

/** A znode that the view is made of, and what its value means for the view. */
sealed interface Watched {

    String path();

    /** Puts the value, or that the znode does not exist, into the next view. */
    void apply(ClusterEdit edit, Optional<Znode> node) throws CorruptNodeException;

    /** Notes in the next view that the znode exists and cannot be read, where that matters. */
    default void applyUnreadable(ClusterEdit edit) {}

    /** What lies at a path; empty if the view has no use for it. */
    static Optional<Watched> at(String path) {
        String[] steps = path.split("/", -1);
        if (steps.length == 4) {
            String name = steps[3];
            return switch (steps[1] + "/" + steps[2]) {
                case "brokers/ids" -> number(name).map(Broker::new);
                case "brokers/topics" -> Optional.of(new Topic(name));
                case "config/topics" -> Optional.of(new Config(new ConfigScope.Topic(name)));
                case "config/brokers" ->
                    name.equals(ConfigNode.ALL)
                            ? Optional.of(new Config(new ConfigScope.AllBrokers()))
                            : number(name).map(id -> new Config(new ConfigScope.Broker(id)));
                case ClientPath.IN_USERS, ClientPath.IN_CLIENTS ->
                    ClientPath.parse(steps).map(entity -> new Config(new ConfigScope.Client(entity)));
                case "admin/delete_topics" -> Optional.of(new Deletion(name));
                default -> Optional.empty();
            };
        }
        Optional<Watched> client = ClientPath.parse(steps).map(entity -> new Config(new ConfigScope.Client(entity)));
        if (client.isPresent()) {
            return client;
        }
        boolean isState = steps.length == 7 && path.startsWith(TopicNode.ROOT + "/") && steps[6].equals("state");
        return isState ? number(steps[5]).map(p -> new State(new TopicPartition(steps[3], p))) : Optional.empty();
    }

    private static Optional<Integer> number(String text) {
        try {
            return Optional.of(Integer.valueOf(text));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    record Broker(int id) implements Watched {
        @Override
        public String path() {
            return BrokerNode.path(id);
        }

        @Override
        public void apply(ClusterEdit edit, Optional<Znode> node) throws CorruptNodeException {
            if (node.isPresent()) {
                edit.putBroker(BrokerNode.decode(id, node.get()));
            } else {
                edit.removeBroker(id);
            }
        }
    }

    record Topic(String name) implements Watched {
        @Override
        public String path() {
            return TopicNode.path(name);
        }

        @Override
        public void apply(ClusterEdit edit, Optional<Znode> node) throws CorruptNodeException {
            if (node.isPresent()) {
                edit.putTopic(TopicNode.decode(name, node.get()));
            } else {
                edit.removeTopic(name);
            }
        }

        @Override
        public void applyUnreadable(ClusterEdit edit) {
            edit.putUnreadableTopic(name);
        }
    }

    record State(TopicPartition partition) implements Watched {
        @Override
        public String path() {
            return PartitionStateNode.path(partition);
        }

        @Override
        public void apply(ClusterEdit edit, Optional<Znode> node) throws CorruptNodeException {
            Optional<PartitionState> state =
                    node.isPresent() ? Optional.of(PartitionStateNode.decode(node.get())) : Optional.empty();
            edit.putState(partition, state);
        }
    }

    record Config(ConfigScope scope) implements Watched {
        @Override
        public String path() {
            return ConfigNode.path(scope);
        }

        @Override
        public void apply(ClusterEdit edit, Optional<Znode> node) throws CorruptNodeException {
            edit.putConfig(scope, node.isPresent() ? ConfigNode.decode(node.get()) : Map.of());
        }
    }

    /** The mark of a topic that is being deleted: while it stands, the topic is in no view. */
    record Deletion(String topic) implements Watched {
        @Override
        public String path() {
            return DeletionNode.path(topic);
        }

        @Override
        public void apply(ClusterEdit edit, Optional<Znode> node) {
            if (node.isPresent()) {
                edit.removeTopic(topic);
            }
        }
    }
}
