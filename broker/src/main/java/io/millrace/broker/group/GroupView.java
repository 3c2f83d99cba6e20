package io.millrace.broker.group;

import io.millrace.protocol.wire.Bytes;
import java.util.List;
import java.util.Optional;

/**
 * A group as it is shown to those who ask.
 *
 * @param type classic
 * @param protocolType empty for a group that only stores offsets
 * @param protocolName empty but in Stable, as are metadata and assignment of members
 */
public record GroupView(
        String groupId, String type, String state, String protocolType, String protocolName, List<Member> members) {

    /** A member. */
    public record Member(
            String memberId,
            Optional<String> instanceId,
            String clientId,
            String clientHost,
            Bytes metadata,
            Bytes assignment) {}
}
