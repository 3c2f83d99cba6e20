package io.millrace.broker.group;

import io.millrace.broker.coordinator.Decision;
import io.millrace.broker.coordinator.Reply;
import io.millrace.broker.group.ClassicGroup.State;
import io.millrace.broker.group.GroupRecord.GroupStored;
import io.millrace.broker.group.Syncing.Synced;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * Hands out assignments: members wait until the leader's are stored. Answers heartbeats too.
 *
 * <p>Threading: in turns of its shard.
 */
final class Syncs {
    private final Groups groups;
    private final Rebalances rebalances;
    private final Sessions sessions;
    private final Clock clock;

    Syncs(Groups groups, Rebalances rebalances, Sessions sessions, Clock clock) {
        this.groups = groups;
        this.rebalances = rebalances;
        this.sessions = sessions;
        this.clock = clock;
    }

    /** Answers at once in a settled generation, else when the leader has assigned. */
    Decision<GroupRecord> sync(Syncing syncing, Reply<Synced> reply) {
        ClassicGroup group = find(syncing.groupId());
        ClassicMember member = MemberCheck.member(group, syncing.member(), syncing.generation());
        requireSameProtocol(group, syncing);
        if (group.state() == State.PREPARING) {
            throw new ApiException(ErrorCode.REBALANCE_IN_PROGRESS, "the group rebalances: join again");
        }
        sessions.touch(member);
        if (group.state() == State.STABLE) {
            rebalances.synced(group, member);
            reply.answer(group.synced(member));
            return Decision.nothing();
        }
        if (group.isLeader(member)) {
            GroupRecord stored = new GroupStored(group.id(), group.stored(syncing.assignments(), clock.millis()));
            return Decision.write(List.of(stored), () -> settle(group, member, reply));
        }
        rebalances.synced(group, member);
        member.parkSync(reply);
        return Decision.nothing();
    }

    /** The assignments are in the log, and with that in the group. */
    private void settle(ClassicGroup group, ClassicMember leader, Reply<Synced> reply) {
        rebalances.synced(group, leader);
        reply.answer(group.synced(leader));
        for (ClassicMember member : group.members()) {
            if (member.isWaiting()) {
                sessions.touch(member);
                member.answerSync(group.synced(member));
            }
        }
    }

    /** Says that a member is alive, and tells it whether to join again. */
    Decision<GroupRecord> heartbeat(String groupId, MemberRef ref, int generation, Reply<ErrorCode> reply) {
        ClassicGroup group = find(groupId);
        ClassicMember member = MemberCheck.member(group, ref, generation);
        sessions.touch(member);
        reply.answerNow(group.state() == State.PREPARING ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE);
        return Decision.nothing();
    }

    private ClassicGroup find(String groupId) {
        return groups.find(groupId)
                .orElseThrow(() -> new ApiException(ErrorCode.UNKNOWN_MEMBER_ID, "there is no such group"));
    }

    private static void requireSameProtocol(ClassicGroup group, Syncing syncing) {
        if (differs(syncing.protocolType(), group.protocolType())
                || differs(syncing.protocolName(), group.protocolName())) {
            throw new ApiException(
                    ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
                    "the group has protocol " + group.protocolName().orElse("none") + " of type "
                            + group.protocolType().orElse("none"));
        }
    }

    private static boolean differs(Optional<String> said, Optional<String> is) {
        return said.isPresent() && !said.equals(is);
    }
}
