package io.millrace.broker.group;

import io.millrace.broker.coordinator.Decision;
import io.millrace.broker.coordinator.Reply;
import io.millrace.broker.group.ClassicGroup.State;
import io.millrace.broker.group.GroupRecord.GroupStored;
import io.millrace.broker.group.JoinDecision.AddMember;
import io.millrace.broker.group.JoinDecision.GiveMemberId;
import io.millrace.broker.group.JoinDecision.JoinNext;
import io.millrace.broker.group.JoinDecision.Refuse;
import io.millrace.broker.group.JoinDecision.TakeOver;
import io.millrace.broker.group.JoinDecision.TellCurrent;
import io.millrace.broker.group.JoinOutcome.Joined;
import io.millrace.broker.group.JoinOutcome.MemberIdRequired;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Does what {@link JoinDecision} decides.
 *
 * <p>Threading: in turns of its shard.
 */
final class Joins {
    private final Groups groups;
    private final Rebalances rebalances;
    private final Sessions sessions;
    private final PendingMembers pendingMembers;
    private final GroupConfig config;
    private final Supplier<String> uniqueIds;

    Joins(
            Groups groups,
            Rebalances rebalances,
            Sessions sessions,
            PendingMembers pendingMembers,
            GroupConfig config,
            Supplier<String> uniqueIds) {
        this.groups = groups;
        this.rebalances = rebalances;
        this.sessions = sessions;
        this.pendingMembers = pendingMembers;
        this.config = config;
        this.uniqueIds = uniqueIds;
    }

    /** Answers at once, or when the next generation starts. */
    Decision<GroupRecord> join(Joining joining, Reply<JoinOutcome> reply) {
        JoinDecision decision = JoinDecision.of(joining, groups.find(joining.groupId()), config);
        if (decision instanceof Refuse refuse) {
            throw new ApiException(refuse.error(), refuse.why());
        }
        if (decision instanceof TellCurrent current) {
            ClassicGroup group = groups.findOrCreate(joining.groupId());
            sessions.touch(current.member());
            reply.answer(group.joined(current.member()));
            return Decision.nothing();
        }
        requireRoom(joining, decision);
        ClassicGroup group = groups.findOrCreate(joining.groupId());
        if (decision instanceof GiveMemberId) {
            return Decision.note(giveMemberId(group, joining, reply));
        }
        if (decision instanceof AddMember add) {
            return Decision.note(add(group, joining, add.wasPending(), reply));
        }
        if (decision instanceof TakeOver takeOver) {
            return Decision.note(takeOver(group, joining, takeOver.old(), reply));
        }
        ClassicMember member = ((JoinNext) decision).member();
        return Decision.note(joinNext(group, member, joining, reply, "member " + member.id() + " joined"));
    }

    /** Refused with an error upon which clients try again: others may leave. A member that needs no more than it has may. */
    private void requireRoom(Joining joining, JoinDecision decision) {
        long has = decision instanceof JoinNext next ? next.member().weight() : 0;
        long more = joining.metadataBytes() + ClassicMember.OWN_BYTES - has;
        if (more > 0 && !groups.memory().hasRoomFor(more)) {
            throw new ApiException(
                    ErrorCode.COORDINATOR_NOT_AVAILABLE, "groups hold as much memory as this broker lets them");
        }
    }

    private List<GroupRecord> giveMemberId(ClassicGroup group, Joining joining, Reply<JoinOutcome> reply) {
        String memberId = newMemberId(joining);
        List<GroupRecord> records = pendingMembers.add(group, memberId, joining.sessionTimeoutMs());
        reply.answerNow(new MemberIdRequired(memberId));
        return records;
    }

    private List<GroupRecord> add(ClassicGroup group, Joining joining, boolean wasPending, Reply<JoinOutcome> reply) {
        String memberId = wasPending ? joining.member().memberId() : newMemberId(joining);
        if (wasPending) {
            pendingMembers.remove(group, memberId);
        }
        ClassicMember member = new ClassicMember(memberId, joining);
        group.add(member, joining.protocolType());
        sessions.watch(group, member);
        return joinNext(group, member, joining, reply, "member " + memberId + " is new");
    }

    private List<GroupRecord> joinNext(
            ClassicGroup group, ClassicMember member, Joining joining, Reply<JoinOutcome> reply, String reason) {
        group.park(member, joining, reply);
        sessions.touch(member);
        return rebalances.begin(group, reason);
    }

    /** The old self is fenced. The group need not rebalance if all go on as before. */
    private List<GroupRecord> takeOver(
            ClassicGroup group, Joining joining, ClassicMember old, Reply<JoinOutcome> reply) {
        boolean led = group.isLeader(old);
        ClassicMember member = new ClassicMember(newMemberId(joining), joining);
        group.replace(old, member);
        rebalances.fence(group, old);
        sessions.watch(group, member);
        if (group.state() != State.STABLE || !group.goesOnWithItsProtocol()) {
            return joinNext(group, member, joining, reply, "static member " + member.id() + " is back");
        }
        reply.answer(tellSettled(group, member, led, old, joining.skipsAssignment()));
        return List.of(new GroupStored(group.id(), group.stored()));
    }

    /** A leader that cannot be told to skip the assignment is told of its old self as the leader, and assigns nothing. */
    private static Joined tellSettled(
            ClassicGroup group, ClassicMember member, boolean led, ClassicMember old, boolean skipsAssignment) {
        Joined joined = group.joined(member);
        boolean leads = led && skipsAssignment;
        return new Joined(
                joined.memberId(),
                joined.generation(),
                joined.protocolType(),
                joined.protocolName(),
                led && !skipsAssignment ? old.id() : joined.leader(),
                leads,
                leads ? joined.members() : List.of());
    }

    private String newMemberId(Joining joining) {
        Optional<String> instance = joining.member().instanceId();
        return instance.orElse(joining.clientId()) + "-" + uniqueIds.get();
    }
}
