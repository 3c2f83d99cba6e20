package io.millrace.client.consumer;

import io.millrace.protocol.TopicPartition;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Divides partitions evenly, and lets members keep what they have as far as that goes: what nobody has goes to whoever has
 * least, then single partitions move from who has most to who has least, until no move makes it more even.
 *
 * <p>Made for one division; one thread's.
 */
final class StickyAssigning {
    private final List<GroupMember> members;
    private final Map<String, List<TopicPartition>> given;
    private final Map<String, Set<String>> topics = new HashMap<>();

    private StickyAssigning(List<GroupMember> members) {
        this.members = members;
        this.given = Assigning.nothing(members);
        members.forEach(member -> topics.put(member.id(), new HashSet<>(member.topics())));
    }

    static Map<String, List<TopicPartition>> divide(List<GroupMember> members, Map<String, Integer> partitions) {
        StickyAssigning division = new StickyAssigning(members);
        Map<TopicPartition, String> owners = division.owners(partitions);
        owners.forEach((partition, owner) -> division.given.get(owner).add(partition));
        for (TopicPartition partition : Assigning.all(partitions)) {
            if (!owners.containsKey(partition)) {
                division.leastLoaded(partition)
                        .ifPresent(member -> division.given.get(member).add(partition));
            }
        }
        division.balance();
        return division.given;
    }

    /**
     * The same, but what moves from one member to another is given to nobody yet: the one that has it gives it up first,
     * and then all join again.
     */
    static Map<String, List<TopicPartition>> divideInTwoSteps(
            List<GroupMember> members, Map<String, Integer> partitions) {
        Map<TopicPartition, String> owners = new StickyAssigning(members).owners(partitions);
        Map<String, List<TopicPartition>> given = new LinkedHashMap<>();
        divide(members, partitions)
                .forEach((member, all) -> given.put(
                        member,
                        all.stream()
                                .filter(partition ->
                                        owners.getOrDefault(partition, member).equals(member))
                                .toList()));
        return given;
    }

    /** Who has what; of several that claim a partition the one of the newest generation, and of equal ones nobody. */
    private Map<TopicPartition, String> owners(Map<String, Integer> partitions) {
        Map<TopicPartition, GroupMember> newest = new LinkedHashMap<>();
        Set<TopicPartition> disputed = new HashSet<>();
        for (GroupMember member : members) {
            for (TopicPartition partition : member.owned()) {
                boolean exists = partition.partition() < partitions.getOrDefault(partition.topic(), 0);
                GroupMember other = newest.get(partition);
                if (!exists || !topics.get(member.id()).contains(partition.topic())) {
                    continue;
                }
                if (other == null || member.generation() > other.generation()) {
                    newest.put(partition, member);
                    disputed.remove(partition);
                } else if (member.generation() == other.generation()) {
                    disputed.add(partition);
                }
            }
        }
        Map<TopicPartition, String> owners = new LinkedHashMap<>();
        newest.forEach((partition, member) -> {
            if (!disputed.contains(partition)) {
                owners.put(partition, member.id());
            }
        });
        return owners;
    }

    private int load(String member) {
        return given.get(member).size();
    }

    private Optional<String> leastLoaded(TopicPartition partition) {
        Optional<String> least = Optional.empty();
        for (GroupMember member : members) {
            if (topics.get(member.id()).contains(partition.topic())
                    && (least.isEmpty() || load(member.id()) < load(least.get()))) {
                least = Optional.of(member.id());
            }
        }
        return least;
    }

    /** Each move makes the sum of squares smaller, so that it ends. */
    private void balance() {
        while (moveOne()) {
            // until nothing moves
        }
    }

    private boolean moveOne() {
        List<String> fullestFirst = given.keySet().stream()
                .sorted((one, other) -> load(other) - load(one))
                .toList();
        for (String from : fullestFirst) {
            List<TopicPartition> has = given.get(from);
            for (int i = has.size() - 1; i >= 0; i--) {
                TopicPartition partition = has.get(i);
                Optional<String> to = leastLoaded(partition);
                if (to.isPresent() && load(from) - load(to.get()) > 1) {
                    has.remove(i);
                    given.get(to.get()).add(partition);
                    return true;
                }
            }
        }
        return false;
    }
}
