package io.millrace.client.net;

import io.millrace.client.BrokerAddress;
import io.millrace.client.net.Topology.Broker;
import io.millrace.client.net.Topology.Partition;
import io.millrace.client.net.Topology.Topic;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.MetadataResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** How one {@link Topology} becomes the next: by an answer to Metadata, or by a hint in another answer. Pure functions. */
final class TopologyUpdates {
    private TopologyUpdates() {}

    /**
     * The topology after an answer. A partition's leader is not taken back to an older epoch, as a broker that lags behind
     * the others would have it, unless the topic is another one now.
     *
     * @param isWanted topics that are not asked for any more are forgotten
     */
    static Topology after(Topology before, MetadataResponse answer, Predicate<String> isWanted) {
        Map<Integer, Broker> brokers = new HashMap<>();
        for (MetadataResponse.Broker broker : answer.brokers()) {
            if (broker.port() > 0 && !broker.host().isEmpty()) {
                brokers.put(broker.nodeId(), broker(broker.nodeId(), broker.host(), broker.port(), broker.rack()));
            }
        }
        Map<String, Topic> topics = new HashMap<>(before.topics());
        topics.keySet().removeIf(isWanted.negate());
        for (MetadataResponse.Topic topic : answer.topics()) {
            if (topic.name() != null && isWanted.test(topic.name())) {
                topics.put(
                        topic.name(), topic(Optional.ofNullable(before.topics().get(topic.name())), topic));
            }
        }
        return new Topology(
                Optional.ofNullable(answer.clusterId()).or(before::clusterId), answer.controllerId(), brokers, topics);
    }

    private static Broker broker(int id, String host, int port, String rack) {
        return new Broker(id, new BrokerAddress(host, port), Optional.ofNullable(rack));
    }

    private static Topic topic(Optional<Topic> before, MetadataResponse.Topic told) {
        ErrorCode error = ErrorCode.of(told.errorCode());
        Optional<Topic> same = before.filter(topic -> topic.id().equals(told.topicId()));
        if (error != ErrorCode.NONE
                && error.isRetriable()
                && same.isPresent()
                && same.get().exists()) {
            return same.get(); // a broker that has not caught up: what was known is better than nothing
        }
        List<MetadataResponse.Topic.Partition> sorted = new ArrayList<>(told.partitions());
        sorted.sort(Comparator.comparingInt(MetadataResponse.Topic.Partition::partitionIndex));
        List<Partition> partitions = new ArrayList<>();
        for (MetadataResponse.Topic.Partition partition : sorted) {
            if (partition.partitionIndex() == partitions.size()) { // a gap would make numbers wrong
                partitions.add(partition(same, partition));
            }
        }
        return new Topic(told.name(), told.topicId(), told.isInternal(), error, partitions);
    }

    private static Partition partition(Optional<Topic> before, MetadataResponse.Topic.Partition told) {
        List<Integer> replicas = List.copyOf(told.replicaNodes());
        Partition now = new Partition(
                told.partitionIndex(),
                told.leaderId(),
                told.leaderEpoch(),
                replicas,
                told.isrNodes().equals(replicas) ? replicas : List.copyOf(told.isrNodes()),
                List.copyOf(told.offlineReplicas()));
        return before.filter(topic -> topic.partitions().size() > now.id())
                .map(topic -> topic.partitions().get(now.id()))
                .filter(old -> old.leaderEpoch() > now.leaderEpoch() && now.leaderEpoch() >= 0)
                .map(old -> now.ledBy(old.leader(), old.leaderEpoch()))
                .orElse(now);
    }

    /** The topology after a broker has named a partition's leader; the same one if that is no news. */
    static Topology withLeader(Topology before, TopicPartition of, int leader, int epoch, Optional<Broker> endpoint) {
        Topic topic = before.topics().get(of.topic());
        boolean isKnown = endpoint.isPresent() || before.brokers().containsKey(leader);
        if (topic == null || of.partition() >= topic.partitions().size() || !isKnown) {
            return before;
        }
        Partition partition = topic.partitions().get(of.partition());
        if (epoch <= partition.leaderEpoch()) {
            return before;
        }
        List<Partition> partitions = new ArrayList<>(topic.partitions());
        partitions.set(of.partition(), partition.ledBy(leader, epoch));
        Map<String, Topic> topics = new HashMap<>(before.topics());
        topics.put(of.topic(), new Topic(topic.name(), topic.id(), topic.internal(), topic.error(), partitions));
        Map<Integer, Broker> brokers = new HashMap<>(before.brokers());
        endpoint.ifPresent(broker -> brokers.put(broker.id(), broker));
        return new Topology(before.clusterId(), before.controllerId(), brokers, topics);
    }
}
