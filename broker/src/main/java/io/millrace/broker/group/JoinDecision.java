package io.millrace.broker.group;

import io.millrace.protocol.ErrorCode;
import java.util.Optional;

/** What a JoinGroup means, told from the request and the group alone. */
sealed interface JoinDecision {
    /** Most bytes of protocol names and metadata that one member may bring; the record of its group has to take them. */
    long MAX_METADATA_BYTES = 1 << 20;

    record Refuse(ErrorCode error, String why) implements JoinDecision {}

    /** The client gets a member id and comes back with it. */
    record GiveMemberId() implements JoinDecision {}

    /** A new member. Its id is new too, unless it was given one before. */
    record AddMember(boolean wasPending) implements JoinDecision {}

    /** A static member has come back without the id that it had. */
    record TakeOver(ClassicMember old) implements JoinDecision {}

    /** A member joins the next generation, which begins with that where it has not yet. */
    record JoinNext(ClassicMember member) implements JoinDecision {}

    /** A member is told once more of the generation that it belongs to. */
    record TellCurrent(ClassicMember member) implements JoinDecision {}

    /** Decides. */
    static JoinDecision of(Joining joining, Optional<ClassicGroup> known, GroupConfig config) {
        if (joining.groupId().isEmpty()) {
            return new Refuse(ErrorCode.INVALID_GROUP_ID, "the group id is empty");
        }
        if (joining.sessionTimeoutMs() < config.minSessionTimeoutMs()
                || joining.sessionTimeoutMs() > config.maxSessionTimeoutMs()) {
            return new Refuse(
                    ErrorCode.INVALID_SESSION_TIMEOUT,
                    "a session timeout of " + joining.sessionTimeoutMs() + " ms, " + config.minSessionTimeoutMs()
                            + " to " + config.maxSessionTimeoutMs() + " are allowed");
        }
        if (joining.protocols().isEmpty() || joining.protocolType().isEmpty()) {
            return new Refuse(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, "no protocol, or no type of protocol");
        }
        if (joining.metadataBytes() > MAX_METADATA_BYTES) {
            return new Refuse(
                    ErrorCode.INVALID_REQUEST,
                    joining.metadataBytes() + " bytes of metadata are more than can be kept");
        }
        if (known.isEmpty()) {
            return joining.member().memberId().isEmpty() ? welcome(joining) : unknownMember();
        }
        return known(joining, known.get(), config);
    }

    private static JoinDecision known(Joining joining, ClassicGroup group, GroupConfig config) {
        String memberId = joining.member().memberId();
        Optional<ClassicMember> self = joining.member().instanceId().isPresent()
                ? group.memberOfInstance(joining.member().instanceId().get())
                : group.member(memberId);
        if (!group.accepts(joining.protocolType(), joining.protocols(), self)) {
            return new Refuse(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, "no protocol that all members support");
        }
        boolean wasPending = group.isPending(memberId);
        if (self.isEmpty()) {
            if (!memberId.isEmpty() && !wasPending) {
                return unknownMember();
            }
            int others = group.members().size() + group.pendingCount() - (wasPending ? 1 : 0);
            if (others >= config.maxSize()) {
                return new Refuse(ErrorCode.GROUP_MAX_SIZE_REACHED, "the group has " + others + " members already");
            }
            return wasPending ? new AddMember(true) : welcome(joining);
        }
        if (memberId.isEmpty()) {
            return new TakeOver(self.get());
        }
        if (!self.get().id().equals(memberId)) {
            return new Refuse(ErrorCode.FENCED_INSTANCE_ID, "the instance id has another member id now");
        }
        return again(joining, group, self.get());
    }

    private static JoinDecision welcome(Joining joining) {
        return joining.takesMemberId() && joining.member().instanceId().isEmpty()
                ? new GiveMemberId()
                : new AddMember(false);
    }

    private static JoinDecision again(Joining joining, ClassicGroup group, ClassicMember member) {
        boolean same = member.protocols().equals(joining.protocols());
        return switch (group.state()) {
            case EMPTY, PREPARING -> new JoinNext(member);
            case COMPLETING -> same ? new TellCurrent(member) : new JoinNext(member);
            case STABLE -> same && !group.isLeader(member) ? new TellCurrent(member) : new JoinNext(member);
        };
    }

    private static JoinDecision unknownMember() {
        return new Refuse(ErrorCode.UNKNOWN_MEMBER_ID, "the group does not know this member");
    }
}
