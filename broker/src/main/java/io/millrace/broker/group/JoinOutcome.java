package io.millrace.broker.group;

import io.millrace.protocol.wire.Bytes;
import java.util.List;
import java.util.Optional;

/** What a join comes to, where it is no error. */
public sealed interface JoinOutcome {

    /** The client shall join again, with this member id. */
    record MemberIdRequired(String memberId) implements JoinOutcome {}

    /**
     * The client is a member of a generation.
     *
     * @param skipAssignment whether the leader has nothing to assign, since all assignments still hold
     * @param members all of them for the leader, none for others
     */
    record Joined(
            String memberId,
            int generation,
            String protocolType,
            String protocolName,
            String leader,
            boolean skipAssignment,
            List<Other> members)
            implements JoinOutcome {}

    /** A member as the leader sees it. */
    record Other(String memberId, Optional<String> instanceId, Bytes metadata) {}
}
