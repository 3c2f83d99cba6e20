package io.millrace.client.testing;

import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.MetadataRequest;
import io.millrace.protocol.message.MetadataResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Fake brokers that tell the same about themselves and their topics: who leads is what the test has said last.
 *
 * <p>Threading: any.
 */
public final class FakeCluster implements AutoCloseable {
    private final Map<Integer, FakeBroker> brokers = new TreeMap<>();
    private final Map<String, FakeTopic> topics = new TreeMap<>();

    /** A topic: its id, and the leader and leader epoch of each partition. */
    private record FakeTopic(Uuid id, List<int[]> leaders) {}

    /** Brokers 1 to n. */
    public FakeCluster(int count) {
        for (int id = 1; id <= count; id++) {
            FakeBroker broker = new FakeBroker(id);
            broker.on(ApiKey.METADATA, call -> Reply.of(metadata(call.as(MetadataRequest.class))));
            brokers.put(id, broker);
        }
    }

    public FakeBroker broker(int id) {
        return brokers.get(id);
    }

    public List<FakeBroker> brokers() {
        return List.copyOf(brokers.values());
    }

    /** All addresses, as for bootstrap.servers. */
    public String bootstrap() {
        return String.join(
                ",", brokers.values().stream().map(FakeBroker::address).toList());
    }

    /** A topic whose partitions are led by these brokers, in order; -1 for none. */
    public synchronized FakeCluster topic(String name, int... leaders) {
        List<int[]> partitions = new ArrayList<>();
        for (int leader : leaders) {
            partitions.add(new int[] {leader, 0});
        }
        topics.put(name, new FakeTopic(Uuid.random(), partitions));
        return this;
    }

    /** Gives a partition another leader, in a new epoch. */
    public synchronized int lead(String topic, int partition, int leader) {
        int[] now = topics.get(topic).leaders().get(partition);
        now[0] = leader;
        return ++now[1];
    }

    public synchronized Uuid topicId(String name) {
        return topics.get(name).id();
    }

    /** The name of a topic with an id; empty if there is none. */
    public synchronized String topicName(Uuid id) {
        return topics.entrySet().stream()
                .filter(topic -> topic.getValue().id().equals(id))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("");
    }

    public synchronized int leader(String topic, int partition) {
        return topics.get(topic).leaders().get(partition)[0];
    }

    public synchronized int epoch(String topic, int partition) {
        return topics.get(topic).leaders().get(partition)[1];
    }

    /** What Metadata is answered with. */
    public synchronized MetadataResponse metadata(MetadataRequest request) {
        List<MetadataResponse.Topic> told = new ArrayList<>();
        if (request.topics() == null) {
            topics.keySet().forEach(name -> told.add(told(name)));
        } else {
            request.topics().forEach(topic -> told.add(told(topic.name())));
        }
        List<MetadataResponse.Broker> addresses = new ArrayList<>();
        for (FakeBroker broker : brokers.values()) {
            addresses.add(MetadataResponse.Broker.builder()
                    .nodeId(broker.id())
                    .host("127.0.0.1")
                    .port(broker.port())
                    .build());
        }
        return MetadataResponse.builder()
                .brokers(addresses)
                .clusterId("fake")
                .controllerId(1)
                .topics(told)
                .build();
    }

    private MetadataResponse.Topic told(String name) {
        FakeTopic topic = topics.get(name);
        if (topic == null) {
            return MetadataResponse.Topic.builder()
                    .name(name)
                    .errorCode(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
                    .build();
        }
        List<MetadataResponse.Topic.Partition> partitions = new ArrayList<>();
        for (int i = 0; i < topic.leaders().size(); i++) {
            int[] leader = topic.leaders().get(i);
            partitions.add(MetadataResponse.Topic.Partition.builder()
                    .partitionIndex(i)
                    .leaderId(leader[0])
                    .leaderEpoch(leader[1])
                    .errorCode(leader[0] < 0 ? ErrorCode.LEADER_NOT_AVAILABLE : ErrorCode.NONE)
                    .replicaNodes(List.copyOf(brokers.keySet()))
                    .isrNodes(List.copyOf(brokers.keySet()))
                    .build());
        }
        return MetadataResponse.Topic.builder()
                .name(name)
                .topicId(topic.id())
                .partitions(partitions)
                .build();
    }

    @Override
    public void close() {
        brokers.values().forEach(FakeBroker::close);
    }
}
