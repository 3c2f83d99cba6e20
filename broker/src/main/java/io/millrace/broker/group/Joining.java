package io.millrace.broker.group;

import java.util.List;

/**
 * A client that wants to be in a group's next generation.
 *
 * @param clientHost as Kafka shows it: {@code /127.0.0.1}
 * @param rebalanceTimeoutMs how long the group waits for this member to join again and to sync
 * @param protocols in the order of the member's liking
 * @param takesMemberId whether the client can be told its member id first and come again with it (version 4)
 * @param skipsAssignment whether a leader can be told not to assign anew (version 9)
 */
public record Joining(
        String groupId,
        MemberRef member,
        String clientId,
        String clientHost,
        int sessionTimeoutMs,
        int rebalanceTimeoutMs,
        String protocolType,
        List<MemberProtocol> protocols,
        boolean takesMemberId,
        boolean skipsAssignment) {

    /** Bytes of what the member tells the others. */
    long metadataBytes() {
        return protocols.stream()
                .mapToLong(p -> p.metadata().length() + 2L * p.name().length())
                .sum();
    }
}
