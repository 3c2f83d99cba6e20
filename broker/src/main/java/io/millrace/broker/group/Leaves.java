package io.millrace.broker.group;

import io.millrace.broker.coordinator.Decision;
import io.millrace.broker.coordinator.Reply;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Lets members go, several at a time, with one rebalance for all of them.
 *
 * <p>Threading: in turns of its shard.
 */
final class Leaves {
    private final Groups groups;
    private final Rebalances rebalances;
    private final PendingMembers pendingMembers;

    Leaves(Groups groups, Rebalances rebalances, PendingMembers pendingMembers) {
        this.groups = groups;
        this.rebalances = rebalances;
        this.pendingMembers = pendingMembers;
    }

    /** Answers with one result for each, in their order. */
    Decision<GroupRecord> leave(String groupId, List<MemberRef> leaving, Reply<List<ErrorCode>> reply) {
        Optional<ClassicGroup> found = groups.find(groupId);
        if (found.isEmpty()) {
            reply.answerNow(
                    leaving.stream().map(ref -> ErrorCode.UNKNOWN_MEMBER_ID).toList());
            return Decision.nothing();
        }
        ClassicGroup group = found.get();
        List<ErrorCode> results = new ArrayList<>();
        int before = group.members().size();
        for (MemberRef ref : leaving) {
            results.add(takeOut(group, ref));
        }
        int gone = before - group.members().size();
        List<GroupRecord> records =
                gone > 0 ? rebalances.membersLeft(group, gone + " members left") : rebalances.goOnIfAllJoined(group);
        groups.forgetIfTraceless(group);
        return new Decision<>(records, true, () -> reply.answer(results));
    }

    private ErrorCode takeOut(ClassicGroup group, MemberRef ref) {
        if (group.isPending(ref.memberId())) {
            pendingMembers.remove(group, ref.memberId());
            return ErrorCode.NONE;
        }
        try {
            ClassicMember member = MemberCheck.leaving(group, ref);
            rebalances.takeOut(group, member, ErrorCode.UNKNOWN_MEMBER_ID, "has left");
            return ErrorCode.NONE;
        } catch (ApiException e) {
            return e.error();
        }
    }
}
