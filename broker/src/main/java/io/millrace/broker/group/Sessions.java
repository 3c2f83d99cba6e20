package io.millrace.broker.group;

import io.millrace.broker.coordinator.Decision;
import io.millrace.broker.coordinator.ShardTimer;
import io.millrace.protocol.ErrorCode;
import java.util.List;
import java.util.Optional;

/**
 * Removes members that are not heard of any more. A member that waits for an answer of ours cannot speak, and is not
 * held to its session.
 *
 * <p>Being heard of only moves the member's deadline; the timer looks at it when it fires, and goes on to sleep until
 * then. So heartbeats cost no timer work.
 *
 * <p>Threading: in turns of its shard.
 */
final class Sessions {
    private final Groups groups;
    private final Rebalances rebalances;
    private final ShardTimer<GroupRecord> timer;

    Sessions(Groups groups, Rebalances rebalances, ShardTimer<GroupRecord> timer) {
        this.groups = groups;
        this.rebalances = rebalances;
        this.timer = timer;
    }

    /** Begins to watch a member, which is alive now. */
    void watch(ClassicGroup group, ClassicMember member) {
        member.touch(timer.nowMs());
        lookAgain(group.id(), member.id(), member.sessionTimeoutMs());
    }

    /** The member was heard of. */
    void touch(ClassicMember member) {
        member.touch(timer.nowMs());
    }

    private void lookAgain(String groupId, String memberId, long delayMs) {
        timer.schedule(new TimerKey.Session(groupId, memberId), delayMs, () -> Decision.note(look(groupId, memberId)));
    }

    private List<GroupRecord> look(String groupId, String memberId) {
        Optional<ClassicGroup> group = groups.find(groupId);
        Optional<ClassicMember> found = group.flatMap(g -> g.member(memberId));
        if (found.isEmpty()) {
            return List.of();
        }
        ClassicMember member = found.get();
        if (member.isWaiting()) {
            lookAgain(groupId, memberId, member.sessionTimeoutMs());
            return List.of();
        }
        long leftMs = member.sessionDeadlineMs() - timer.nowMs();
        if (leftMs > 0) {
            lookAgain(groupId, memberId, leftMs);
            return List.of();
        }
        return rebalances.remove(
                group.get(),
                member,
                ErrorCode.UNKNOWN_MEMBER_ID,
                "was not heard of for " + member.sessionTimeoutMs() + " ms");
    }
}
