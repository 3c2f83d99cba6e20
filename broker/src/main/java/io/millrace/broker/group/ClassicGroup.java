package io.millrace.broker.group;

import io.millrace.broker.coordinator.Reply;
import io.millrace.broker.group.JoinOutcome.Joined;
import io.millrace.broker.group.JoinOutcome.Other;
import io.millrace.broker.group.Syncing.Synced;
import io.millrace.protocol.message.GroupMetadataValue;
import io.millrace.protocol.wire.Bytes;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A group whose members agree, generation by generation, on who does what; one of them, the leader, assigns.
 *
 * <p>Holds what is so, and keeps it in order; when to go on to what is for {@link Rebalances} and its neighbours.
 * Invariants: in Empty there are no members; in all other states there is at least one; outside of Empty and
 * PreparingRebalance the leader is a member. A group that only stores offsets is Empty, has no protocol type, and is at
 * generation 0.
 *
 * <p>Threading: in turns of its shard.
 */
final class ClassicGroup implements Group {

    /** Where a group stands. A group that is dead is one that does not exist. */
    enum State {
        EMPTY("Empty"),
        PREPARING("PreparingRebalance"),
        COMPLETING("CompletingRebalance"),
        STABLE("Stable");

        private final String shown;

        State(String shown) {
            this.shown = shown;
        }
    }

    private static final int OWN_BYTES = 1000;
    private static final int PENDING_BYTES = 600; // with its timer
    private static final String CONSUMER = "consumer";

    private final String id;
    private final GroupMemory.Share memory;
    private final ClassicMembers members;
    private final Set<String> pending = new HashSet<>();
    private final Set<String> unsynced = new LinkedHashSet<>();
    private State state = State.EMPTY;
    private long stateSinceMs = -1;
    private int generation;
    private Optional<String> protocolType = Optional.empty();
    private Optional<String> protocolName = Optional.empty();
    private Optional<String> leader = Optional.empty();

    ClassicGroup(String id, GroupMemory.Share memory) {
        this.id = id;
        this.memory = memory;
        this.members = new ClassicMembers(memory);
        memory.add(weight());
    }

    private long weight() {
        return OWN_BYTES + 2L * id.length();
    }

    /** The group is forgotten. */
    void discard() {
        List.copyOf(members.all()).forEach(members::remove);
        memory.add(-weight() - (long) PENDING_BYTES * pending.size());
        pending.clear();
    }

    @Override
    public String id() {
        return id;
    }

    State state() {
        return state;
    }

    int generation() {
        return generation;
    }

    Optional<String> protocolType() {
        return protocolType;
    }

    Optional<String> protocolName() {
        return protocolName;
    }

    boolean isLeader(ClassicMember member) {
        return leader.filter(member.id()::equals).isPresent();
    }

    /** Whether a member id was given and has not come back yet. */
    boolean isPending(String memberId) {
        return pending.contains(memberId);
    }

    int pendingCount() {
        return pending.size();
    }

    void addPending(String memberId) {
        if (pending.add(memberId)) {
            memory.add(PENDING_BYTES);
        }
    }

    void removePending(String memberId) {
        if (pending.remove(memberId)) {
            memory.add(-PENDING_BYTES);
        }
    }

    /** Members of this generation that have not asked for their assignments yet. */
    Set<String> unsynced() {
        return unsynced;
    }

    Collection<ClassicMember> members() {
        return members.all();
    }

    Optional<ClassicMember> member(String memberId) {
        return members.find(memberId);
    }

    Optional<ClassicMember> memberOfInstance(String instanceId) {
        return members.ofInstance(instanceId);
    }

    /** Whether all members wait for the next generation, and nobody else is expected. */
    boolean allJoined() {
        return members.joined() == members.size() && pending.isEmpty();
    }

    boolean hasJoined() {
        return members.joined() > 0;
    }

    int longestRebalanceTimeoutMs() {
        return members.all().stream()
                .mapToInt(ClassicMember::rebalanceTimeoutMs)
                .max()
                .orElse(0);
    }

    /** Whether a member with these protocols can live with the others; {@code self} is not one of the others. */
    boolean accepts(String type, List<MemberProtocol> protocols, Optional<ClassicMember> self) {
        if (members.size() == (self.isPresent() ? 1 : 0)) {
            return true;
        }
        return protocolType.filter(type::equals).isPresent() && members.othersSupportOneOf(protocols, self);
    }

    /** A new member, whose type of protocol the group has, or takes over where it is the first. */
    void add(ClassicMember member, String type) {
        if (members.isEmpty()) {
            protocolType = Optional.of(type);
            leader = Optional.of(member.id());
        }
        members.add(member);
    }

    /** Takes a member out; after that its waiting requests are the caller's to answer. */
    void remove(ClassicMember member) {
        members.remove(member);
        unsynced.remove(member.id());
        if (isLeader(member)) {
            leader = Optional.empty();
        }
    }

    /** Puts a static member that has come back under a new id in the place of its old self. */
    void replace(ClassicMember old, ClassicMember now) {
        boolean led = isLeader(old);
        boolean owedSync = unsynced.contains(old.id());
        now.assign(old.assignment());
        remove(old);
        members.add(now);
        if (led) {
            leader = Optional.of(now.id());
        }
        if (owedSync) {
            unsynced.add(now.id());
        }
    }

    /** Changes a member by what its new join says, and parks the join. */
    void park(ClassicMember member, Joining joining, Reply<JoinOutcome> reply) {
        members.change(member, () -> {
            member.update(joining);
            member.parkJoin(reply);
        });
        if (members.size() == 1) {
            protocolType = Optional.of(joining.protocolType());
        }
    }

    /** Whether the members, as they are now, would choose the protocol that they have. */
    boolean goesOnWithItsProtocol() {
        return protocolName.equals(ProtocolChoice.of(members.all()));
    }

    /** Members are called to join; the assignments of the generation before are void. */
    void prepare(long nowMs) {
        enter(State.PREPARING, nowMs);
        unsynced.clear();
    }

    /** All who have joined are the members of a new generation. At least one has joined. */
    void startGeneration(long nowMs) {
        generation++;
        protocolName = ProtocolChoice.of(members.all());
        if (leader.flatMap(this::member).filter(ClassicMember::hasJoined).isEmpty()) {
            leader = members.all().stream()
                    .filter(ClassicMember::hasJoined)
                    .map(ClassicMember::id)
                    .findFirst();
        }
        enter(State.COMPLETING, nowMs);
        for (ClassicMember member : members.all()) {
            if (member.hasJoined()) {
                unsynced.add(member.id());
                members.change(member, () -> member.answerJoin(joined(member)));
            }
        }
    }

    /** The last member is gone. A group that never had a generation is as if nobody had come. */
    void becomeEmpty(long nowMs) {
        if (generation > 0) {
            generation++;
        } else {
            protocolType = Optional.empty();
        }
        protocolName = Optional.empty();
        leader = Optional.empty();
        enter(State.EMPTY, nowMs);
    }

    private void enter(State next, long nowMs) {
        state = next;
        stateSinceMs = nowMs;
    }

    /** The generation as a member is told of it. */
    Joined joined(ClassicMember member) {
        return new Joined(
                member.id(),
                generation,
                protocolType.orElse(""),
                protocolName.orElse(""),
                leader.orElse(""),
                false,
                isLeader(member) ? others() : List.of());
    }

    /** The members as the leader sees them. */
    List<Other> others() {
        String protocol = protocolName.orElse("");
        return members.all().stream()
                .map(member -> new Other(member.id(), member.instanceId(), member.metadata(protocol)))
                .toList();
    }

    Synced synced(ClassicMember member) {
        return new Synced(protocolType.orElse(""), protocolName.orElse(""), member.assignment());
    }

    /** The group as the log keeps it, were these the members' assignments. */
    GroupMetadataValue stored(Map<String, Bytes> assignments, long nowMs) {
        String protocol = protocolName.orElse("");
        return new GroupMetadataValue(
                protocolType.orElse(""),
                generation,
                protocolName.orElse(null),
                leader.orElse(null),
                nowMs,
                members.all().stream()
                        .map(member -> member.stored(
                                protocol, Objects.requireNonNullElse(assignments.get(member.id()), Bytes.EMPTY)))
                        .toList());
    }

    /** The group as the log keeps it, with the assignments that hold. */
    GroupMetadataValue stored() {
        Map<String, Bytes> assignments = new HashMap<>();
        members.all().forEach(member -> assignments.put(member.id(), member.assignment()));
        return stored(assignments, stateSinceMs);
    }

    /** Becomes what the log says. Members that are known already keep their timers and their waiting requests. */
    void restore(GroupMetadataValue value) {
        generation = value.generation();
        protocolType = Optional.of(value.protocolType()).filter(type -> !type.isEmpty());
        protocolName = Optional.ofNullable(value.protocol());
        leader = Optional.ofNullable(value.leader());
        Set<String> stored = new HashSet<>();
        for (GroupMetadataValue.Member member : value.members()) {
            stored.add(member.memberId());
            restore(member);
        }
        List.copyOf(members.all()).stream()
                .filter(member -> !stored.contains(member.id()))
                .forEach(this::remove);
        enter(members.isEmpty() ? State.EMPTY : State.STABLE, value.currentStateTimestamp());
    }

    private void restore(GroupMetadataValue.Member stored) {
        String protocol = protocolName.orElse("");
        members.find(stored.memberId())
                .ifPresentOrElse(
                        member -> members.change(member, () -> member.restore(stored, protocol)),
                        () -> members.add(new ClassicMember(stored, protocol)));
    }

    @Override
    public boolean isEmpty() {
        return members.isEmpty();
    }

    @Override
    public boolean isStored() {
        return generation > 0;
    }

    /** Whether there is anything to it that would be missed. */
    boolean hasTrace() {
        return isStored() || !members.isEmpty() || !pending.isEmpty();
    }

    @Override
    public boolean hasConsumers() {
        return !members.isEmpty() && protocolType.filter(CONSUMER::equals).isPresent();
    }

    @Override
    public boolean hasSettledConsumers() {
        return state == State.STABLE && hasConsumers();
    }

    @Override
    public boolean isSubscribedTo(String topic) {
        return members.all().stream()
                .flatMap(member -> member.protocols().stream())
                .anyMatch(protocol -> Subscription.mayInclude(protocol.metadata(), topic));
    }

    @Override
    public long emptySinceMs() {
        return state == State.EMPTY && protocolType.isPresent() ? stateSinceMs : -1;
    }

    @Override
    public GroupView view() {
        Optional<String> settled = settledProtocol();
        return view(members.all().stream().map(member -> member.view(settled)).toList());
    }

    @Override
    public GroupView summary() {
        return view(List.of());
    }

    private GroupView view(List<GroupView.Member> shown) {
        return new GroupView(
                id,
                "classic",
                state.shown,
                protocolType.orElse(""),
                settledProtocol().orElse(""),
                shown);
    }

    private Optional<String> settledProtocol() {
        return state == State.STABLE ? protocolName : Optional.empty();
    }

    @Override
    public String toString() {
        return "group " + id + " (" + state.shown + ", generation " + generation + ", " + members.size() + " members)";
    }
}
