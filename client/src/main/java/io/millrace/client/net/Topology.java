package io.millrace.client.net;

import io.millrace.client.BrokerAddress;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of a cluster at one moment: its brokers, and the topics that somebody asked for. Immutable; each change is
 * a new one.
 *
 * @param clusterId as the brokers tell it; empty before the first answer, and with brokers that do not
 * @param controllerId of the broker that takes administrative requests; -1 if none is named, and any will do
 * @param brokers by id
 * @param topics by name, those that do not exist included
 */
public record Topology(
        Optional<String> clusterId, int controllerId, Map<Integer, Broker> brokers, Map<String, Topic> topics) {
    /** Stands for no leader. */
    public static final int NO_LEADER = -1;

    /** Nothing is known yet. */
    public static final Topology EMPTY = new Topology(Optional.empty(), -1, Map.of(), Map.of());

    public Topology {
        brokers = Map.copyOf(brokers);
        topics = Map.copyOf(topics);
    }

    /** A broker, under the address that it gives to clients. */
    public record Broker(int id, BrokerAddress address, Optional<String> rack) {}

    /**
     * A topic.
     *
     * @param id {@link Uuid#ZERO} with brokers that know no ids
     * @param error why there are no partitions, or {@link ErrorCode#NONE}
     * @param partitions in order of their numbers, from 0 on without gaps
     */
    public record Topic(String name, Uuid id, boolean internal, ErrorCode error, List<Partition> partitions) {
        public Topic {
            partitions = List.copyOf(partitions);
        }

        public boolean exists() {
            return error == ErrorCode.NONE && !partitions.isEmpty();
        }
    }

    /**
     * A partition.
     *
     * @param leader {@link #NO_LEADER} while there is none
     * @param leaderEpoch -1 if not known
     */
    public record Partition(
            int id, int leader, int leaderEpoch, List<Integer> replicas, List<Integer> isr, List<Integer> offline) {
        public boolean hasLeader() {
            return leader != NO_LEADER;
        }

        Partition ledBy(int newLeader, int epoch) {
            return new Partition(id, newLeader, epoch, replicas, isr, offline);
        }
    }

    public Optional<Topic> topic(String name) {
        return Optional.ofNullable(topics.get(name));
    }

    public Optional<Broker> broker(int id) {
        return Optional.ofNullable(brokers.get(id));
    }

    /** A topic by its id; looks at all of them. */
    public Optional<Topic> topic(Uuid id) {
        return topics.values().stream().filter(topic -> topic.id().equals(id)).findFirst();
    }

    public Optional<Partition> partition(TopicPartition partition) {
        Topic topic = topics.get(partition.topic());
        return topic == null
                        || partition.partition() < 0
                        || partition.partition() >= topic.partitions().size()
                ? Optional.empty()
                : Optional.of(topic.partitions().get(partition.partition()));
    }

    /** The leader's id, or {@link #NO_LEADER} if there is none or nothing is known. */
    public int leader(TopicPartition partition) {
        return partition(partition).map(Partition::leader).orElse(NO_LEADER);
    }

    public Collection<Broker> allBrokers() {
        return brokers.values();
    }
}
