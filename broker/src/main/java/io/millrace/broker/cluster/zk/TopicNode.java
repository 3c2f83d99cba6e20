package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.TopicNames;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.cluster.TopicState.Assignment;
import io.millrace.protocol.Uuid;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code /brokers/topics/<topic>}: its id, and which brokers hold its partitions. */
final class TopicNode {
    static final String ROOT = "/brokers/topics";
    private static final int VERSION = 3;

    private TopicNode() {}

    static String path(String topic) {
        return ROOT + "/" + topic;
    }

    /**
     * An empty znode below the topic's, named after its id. Writes check that it is there, and so never touch a new topic
     * of the same name, whose versions begin at 0 again. Ours alone: Apache Kafka does not look at it.
     */
    static String incarnation(String topic, Uuid id) {
        return path(topic) + "/incarnation-" + id;
    }

    static byte[] encode(Uuid id, Assignment assignment) {
        Map<Integer, Object> partitions = new LinkedHashMap<>();
        List<List<Integer>> replicas = assignment.replicas();
        for (int partition = 0; partition < replicas.size(); partition++) {
            partitions.put(partition, replicas.get(partition));
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", VERSION);
        fields.put("topic_id", id.toString());
        fields.put("partitions", partitions);
        fields.put("adding_replicas", new TreeMap<>(assignment.adding()));
        fields.put("removing_replicas", new TreeMap<>(assignment.removing()));
        return Json.bytes(fields);
    }

    /** The topic, its partitions without states. */
    static TopicState decode(String topic, Znode node) throws CorruptNodeException {
        if (!TopicNames.isLegal(topic)) {
            throw new CorruptNodeException("is named as no topic may be");
        }
        Json json = Json.parse(node.data());
        json.requireVersionUpTo(VERSION);
        List<List<Integer>> replicas = replicas(json.replicasByPartition("partitions"));
        Assignment assignment = new Assignment(
                replicas, among(replicas, json, "adding_replicas"), among(replicas, json, "removing_replicas"));
        return TopicState.withoutStates(topic, id(json), assignment, node.version());
    }

    private static Uuid id(Json json) throws CorruptNodeException {
        String text = json.text("topic_id");
        try {
            return Uuid.parse(text);
        } catch (IllegalArgumentException e) {
            throw new CorruptNodeException("has a topic id '" + text + "'");
        }
    }

    private static List<List<Integer>> replicas(Map<Integer, List<Integer>> byPartition) throws CorruptNodeException {
        if (byPartition.isEmpty()) {
            throw new CorruptNodeException("has no partitions");
        }
        List<List<Integer>> replicas = new ArrayList<>(byPartition.size());
        for (int partition = 0; partition < byPartition.size(); partition++) {
            List<Integer> brokers = byPartition.getOrDefault(partition, List.of());
            boolean repeats = new HashSet<>(brokers).size() != brokers.size();
            if (brokers.isEmpty() || repeats || brokers.stream().anyMatch(id -> id < 0)) {
                throw new CorruptNodeException("has no usable replicas for partition " + partition);
            }
            replicas.add(brokers);
        }
        return replicas;
    }

    /** What a reassignment adds or removes stands among the replicas. */
    private static Map<Integer, List<Integer>> among(List<List<Integer>> replicas, Json json, String field)
            throws CorruptNodeException {
        Map<Integer, List<Integer>> changing = json.replicasByPartition(field);
        for (Map.Entry<Integer, List<Integer>> entry : changing.entrySet()) {
            int partition = entry.getKey();
            boolean exists = partition >= 0 && partition < replicas.size();
            if (!exists || !replicas.get(partition).containsAll(entry.getValue())) {
                throw new CorruptNodeException(
                        "has '" + field + "' of partition " + partition + " that do not stand among its replicas");
            }
        }
        return changing;
    }
}
