package io.millrace.broker.group;

import io.millrace.protocol.wire.Bytes;
import java.util.Map;
import java.util.Optional;

/**
 * A member that asks for its assignment, and, where it leads, brings those of all.
 *
 * @param protocolType must be the group's where it is given
 * @param protocolName must be the generation's where it is given
 */
public record Syncing(
        String groupId,
        MemberRef member,
        int generation,
        Optional<String> protocolType,
        Optional<String> protocolName,
        Map<String, Bytes> assignments) {

    /** What a member is to do in this generation. */
    public record Synced(String protocolType, String protocolName, Bytes assignment) {}
}
