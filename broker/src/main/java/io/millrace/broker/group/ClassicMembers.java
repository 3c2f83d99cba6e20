package io.millrace.broker.group;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The members of a classic group in the order in which they came, with what is asked of all of them kept in counts, so
 * that a group of thousands is no slower to join than a small one.
 *
 * <p>Threading: in turns of its shard.
 */
final class ClassicMembers {
    private final GroupMemory.Share memory;
    private final Map<String, ClassicMember> byId = new LinkedHashMap<>();
    private final Map<String, String> idOfInstance = new HashMap<>();
    private final Map<String, Integer> supporters = new HashMap<>(); // of each protocol, how many members
    private int joined;

    ClassicMembers(GroupMemory.Share memory) {
        this.memory = memory;
    }

    Collection<ClassicMember> all() {
        return byId.values();
    }

    int size() {
        return byId.size();
    }

    boolean isEmpty() {
        return byId.isEmpty();
    }

    Optional<ClassicMember> find(String memberId) {
        return Optional.ofNullable(byId.get(memberId));
    }

    Optional<ClassicMember> ofInstance(String instanceId) {
        return Optional.ofNullable(idOfInstance.get(instanceId)).map(byId::get);
    }

    /** How many wait for the next generation. */
    int joined() {
        return joined;
    }

    void add(ClassicMember member) {
        count(member, 1);
        byId.put(member.id(), member);
        member.instanceId().ifPresent(instance -> idOfInstance.put(instance, member.id()));
    }

    void remove(ClassicMember member) {
        count(member, -1);
        byId.remove(member.id());
        member.instanceId().ifPresent(instance -> idOfInstance.remove(instance, member.id()));
    }

    /** Has something changed about a member, be it its protocols or whether it has joined. */
    void change(ClassicMember member, Runnable change) {
        count(member, -1);
        change.run();
        count(member, 1);
    }

    /** Whether one of the protocols is supported by all members but {@code self}. */
    boolean othersSupportOneOf(List<MemberProtocol> protocols, Optional<ClassicMember> self) {
        int others = byId.size() - (self.isPresent() ? 1 : 0);
        return protocols.stream().anyMatch(protocol -> otherSupporters(protocol.name(), self) == others);
    }

    private int otherSupporters(String protocol, Optional<ClassicMember> self) {
        int all = supporters.getOrDefault(protocol, 0);
        return self.filter(me -> me.supports(protocol)).isPresent() ? all - 1 : all;
    }

    /** Counts a member in, or out. */
    private void count(ClassicMember member, int sign) {
        memory.add(sign * member.weight());
        joined += member.hasJoined() ? sign : 0;
        member.protocols().stream()
                .map(MemberProtocol::name)
                .distinct()
                .forEach(name -> supporters.merge(name, sign, (old, by) -> old + by == 0 ? null : old + by));
    }
}
