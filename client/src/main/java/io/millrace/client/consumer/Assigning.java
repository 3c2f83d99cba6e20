package io.millrace.client.consumer;

import io.millrace.protocol.TopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Divides the partitions of a group's topics among its members, by the strategy that they agreed on. Pure functions. */
final class Assigning {
    private Assigning() {}

    /**
     * @param partitions how many each topic has; topics that do not exist are not in it
     * @return for each member's id what it gets
     */
    static Map<String, List<TopicPartition>> divide(
            Assignor assignor, Collection<GroupMember> members, Map<String, Integer> partitions) {
        List<GroupMember> sorted = members.stream().sorted(GroupMember.ORDER).toList();
        return switch (assignor) {
            case RANGE -> range(sorted, partitions);
            case ROUND_ROBIN -> roundRobin(sorted, partitions);
            case STICKY -> StickyAssigning.divide(sorted, partitions);
            case COOPERATIVE_STICKY -> StickyAssigning.divideInTwoSteps(sorted, partitions);
        };
    }

    static Map<String, List<TopicPartition>> nothing(List<GroupMember> members) {
        Map<String, List<TopicPartition>> given = new LinkedHashMap<>();
        members.forEach(member -> given.put(member.id(), new ArrayList<>()));
        return given;
    }

    private static Map<String, List<TopicPartition>> range(List<GroupMember> members, Map<String, Integer> partitions) {
        Map<String, List<TopicPartition>> given = nothing(members);
        for (String topic : new TreeSet<>(partitions.keySet())) {
            List<GroupMember> wanting = members.stream()
                    .filter(member -> member.topics().contains(topic))
                    .toList();
            int next = 0;
            for (int i = 0; i < wanting.size(); i++) {
                int count =
                        partitions.get(topic) / wanting.size() + (i < partitions.get(topic) % wanting.size() ? 1 : 0);
                for (int end = next + count; next < end; next++) {
                    given.get(wanting.get(i).id()).add(new TopicPartition(topic, next));
                }
            }
        }
        return given;
    }

    private static Map<String, List<TopicPartition>> roundRobin(
            List<GroupMember> members, Map<String, Integer> partitions) {
        Map<String, List<TopicPartition>> given = nothing(members);
        int turn = 0;
        for (TopicPartition partition : all(partitions)) {
            for (int i = 0; i < members.size(); i++) {
                GroupMember member = members.get((turn + i) % members.size());
                if (member.topics().contains(partition.topic())) {
                    given.get(member.id()).add(partition);
                    turn += i + 1;
                    break;
                }
            }
        }
        return given;
    }

    /** By topic, then by number. */
    static List<TopicPartition> all(Map<String, Integer> partitions) {
        List<TopicPartition> all = new ArrayList<>();
        for (String topic : new TreeSet<>(partitions.keySet())) {
            for (int i = 0; i < partitions.get(topic); i++) {
                all.add(new TopicPartition(topic, i));
            }
        }
        return all;
    }
}
