package io.millrace.broker.group;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.util.Optional;

/** Finds the member that a request speaks for, or says why it may not speak. */
final class MemberCheck {
    /** The generation of those who are in none. */
    static final int NO_GENERATION = -1;

    private MemberCheck() {}

    /**
     * The member of a request that names its member id.
     *
     * @throws ApiException UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID
     */
    static ClassicMember member(ClassicGroup group, MemberRef ref) {
        return ref.instanceId().isPresent()
                ? ofInstance(group, ref)
                : group.member(ref.memberId()).orElseThrow(() -> unknown(ref));
    }

    /**
     * The same, for a request that names its generation too.
     *
     * @throws ApiException as above, ILLEGAL_GENERATION
     */
    static ClassicMember member(ClassicGroup group, MemberRef ref, int generation) {
        ClassicMember member = member(group, ref);
        if (generation != group.generation()) {
            throw new ApiException(
                    ErrorCode.ILLEGAL_GENERATION, "generation " + generation + ", now is " + group.generation());
        }
        return member;
    }

    /**
     * The member that leaves, which a static one may do by its instance id alone.
     *
     * @throws ApiException UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID
     */
    static ClassicMember leaving(ClassicGroup group, MemberRef ref) {
        Optional<String> instance = ref.instanceId();
        if (ref.memberId().isEmpty() && instance.isPresent()) {
            return group.memberOfInstance(instance.get()).orElseThrow(() -> unknown(ref));
        }
        return member(group, ref);
    }

    /**
     * Whether a commit may be stored.
     *
     * @return the member that commits; empty for a client that is in no group
     * @throws ApiException UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS
     */
    static Optional<ClassicMember> committing(Optional<ClassicGroup> group, MemberRef ref, int generation) {
        if (group.isEmpty()) {
            if (generation >= 0) {
                throw new ApiException(ErrorCode.ILLEGAL_GENERATION, "there is no such group");
            }
            return Optional.empty();
        }
        if (generation < 0 && group.get().isEmpty()) {
            return Optional.empty();
        }
        ClassicMember member = member(group.get(), ref, generation);
        if (group.get().state() == ClassicGroup.State.COMPLETING) {
            throw new ApiException(ErrorCode.REBALANCE_IN_PROGRESS, "a new generation has begun: sync first");
        }
        return Optional.of(member);
    }

    private static ClassicMember ofInstance(ClassicGroup group, MemberRef ref) {
        ClassicMember member = ref.instanceId().flatMap(group::memberOfInstance).orElseThrow(() -> unknown(ref));
        if (!member.id().equals(ref.memberId())) {
            throw new ApiException(ErrorCode.FENCED_INSTANCE_ID, "the instance id has another member id now");
        }
        return member;
    }

    private static ApiException unknown(MemberRef ref) {
        return new ApiException(ErrorCode.UNKNOWN_MEMBER_ID, "the group does not know member " + ref.memberId());
    }
}
