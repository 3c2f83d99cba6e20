package io.millrace.broker.group;

import io.millrace.protocol.TopicPartition;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How far each group has got. A topic's name is kept once for all partitions that a group has offsets of.
 *
 * <p>Threading: in turns of its shard.
 */
final class CommittedOffsets {
    private static final int OWN_BYTES = 160;

    private final GroupMemory.Share memory;
    private final Map<String, Map<String, Map<Integer, CommittedOffset>>> groups = new HashMap<>();

    CommittedOffsets(GroupMemory.Share memory) {
        this.memory = memory;
    }

    /** An estimate of what an offset takes. */
    static long weight(CommittedOffset offset) {
        return OWN_BYTES + 2L * offset.metadata().length();
    }

    boolean has(String groupId) {
        return groups.containsKey(groupId);
    }

    Optional<CommittedOffset> find(String groupId, TopicPartition partition) {
        return Optional.ofNullable(groups.getOrDefault(groupId, Map.of())
                .getOrDefault(partition.topic(), Map.of())
                .get(partition.partition()));
    }

    /** All of a group; a copy. */
    Map<TopicPartition, CommittedOffset> of(String groupId) {
        Map<TopicPartition, CommittedOffset> all = new LinkedHashMap<>();
        groups.getOrDefault(groupId, Map.of())
                .forEach((topic, partitions) -> partitions.forEach(
                        (partition, offset) -> all.put(new TopicPartition(topic, partition), offset)));
        return all;
    }

    /** The partitions of a topic that a group has offsets of. */
    List<TopicPartition> of(String groupId, String topic) {
        return groups.getOrDefault(groupId, Map.of()).getOrDefault(topic, Map.of()).keySet().stream()
                .map(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    /** The groups that have offsets; a copy. */
    Collection<String> groupIds() {
        return List.copyOf(groups.keySet());
    }

    void put(String groupId, TopicPartition partition, CommittedOffset offset) {
        CommittedOffset old = groups.computeIfAbsent(groupId, id -> new TreeMap<>())
                .computeIfAbsent(partition.topic(), topic -> new TreeMap<>())
                .put(partition.partition(), offset);
        memory.add(weight(offset) - (old == null ? 0 : weight(old)));
    }

    void remove(String groupId, TopicPartition partition) {
        Map<String, Map<Integer, CommittedOffset>> topics = groups.get(groupId);
        if (topics == null || !topics.containsKey(partition.topic())) {
            return;
        }
        Map<Integer, CommittedOffset> partitions = topics.get(partition.topic());
        Optional.ofNullable(partitions.remove(partition.partition())).ifPresent(old -> memory.add(-weight(old)));
        if (partitions.isEmpty()) {
            topics.remove(partition.topic());
        }
        if (topics.isEmpty()) {
            groups.remove(groupId);
        }
    }
}
