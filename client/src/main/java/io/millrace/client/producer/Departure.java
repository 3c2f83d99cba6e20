package io.millrace.client.producer;

import io.millrace.client.net.Topology;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.ProduceRequest;
import io.millrace.protocol.message.ProduceRequest.TopicData;
import io.millrace.protocol.message.ProduceRequest.TopicData.PartitionData;
import io.millrace.protocol.message.ProduceResponse;
import io.millrace.protocol.message.ProduceResponse.Response;
import io.millrace.protocol.message.ProduceResponse.Response.PartitionResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Batches that leave for one broker in one request, one for each partition.
 *
 * <p>Threading: the I/O thread.
 */
final class Departure {
    private final int nodeId;
    private final List<PartitionSends> partitions = new ArrayList<>();
    private final List<PartitionBatch> batches = new ArrayList<>();
    private final Map<Uuid, String> names = new HashMap<>();
    private int bytes;

    Departure(int nodeId) {
        this.nodeId = nodeId;
    }

    int nodeId() {
        return nodeId;
    }

    int size() {
        return batches.size();
    }

    int bytes() {
        return bytes;
    }

    PartitionSends partition(int i) {
        return partitions.get(i);
    }

    PartitionBatch batch(int i) {
        return batches.get(i);
    }

    void add(PartitionSends partition, PartitionBatch batch) {
        partitions.add(partition);
        batches.add(batch);
        bytes += batch.sizeInBytes();
    }

    /** Whether some topic has no id, so that topics must go by their names. */
    boolean namesOnly() {
        return names.containsKey(Uuid.ZERO);
    }

    ProduceRequest request(Topology topology, Acks acks, int timeoutMs) {
        Map<String, List<PartitionData>> byTopic = new LinkedHashMap<>();
        for (int i = 0; i < batches.size(); i++) {
            int number = partitions.get(i).partition().partition();
            byTopic.computeIfAbsent(partitions.get(i).partition().topic(), t -> new ArrayList<>(4))
                    .add(new PartitionData(number, batches.get(i).onTheWay()));
        }
        List<TopicData> topics = new ArrayList<>(byTopic.size());
        byTopic.forEach((name, data) -> {
            Uuid id = topology.topic(name).map(Topology.Topic::id).orElse(Uuid.ZERO);
            names.put(id, name);
            topics.add(new TopicData(name, id, data));
        });
        return new ProduceRequest(null, acks.wire(), timeoutMs, topics);
    }

    /** What the broker says of each batch, in their order; empty where it says nothing. */
    List<Optional<PartitionResponse>> answers(ProduceResponse response) {
        Map<String, Map<Integer, PartitionResponse>> byTopic = new HashMap<>();
        for (Response topic : response.responses()) {
            String name = topic.name().isEmpty() ? names.getOrDefault(topic.topicId(), "") : topic.name();
            Map<Integer, PartitionResponse> numbered = byTopic.computeIfAbsent(name, n -> new HashMap<>());
            topic.partitionResponses().forEach(partition -> numbered.put(partition.index(), partition));
        }
        List<Optional<PartitionResponse>> answers = new ArrayList<>(batches.size());
        for (PartitionSends partition : partitions) {
            answers.add(Optional.ofNullable(
                    byTopic.getOrDefault(partition.partition().topic(), Map.of())
                            .get(partition.partition().partition())));
        }
        return answers;
    }
}
