package io.millrace.client.admin;

import io.millrace.protocol.TopicPartition;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A group and its members.
 *
 * @param state Empty, PreparingRebalance, CompletingRebalance or Stable
 * @param protocolType {@code consumer} for consumers
 * @param assignor which one the members agreed on, such as range; empty while they have not
 * @param coordinator the id of the broker that looks after it
 */
public record GroupDescription(
        String id, String state, String protocolType, String assignor, int coordinator, List<Member> members) {
    public GroupDescription {
        members = List.copyOf(members);
    }

    /**
     * A member.
     *
     * @param instanceId of a static member (KIP-345)
     * @param host as the coordinator sees it
     * @param assignment what it reads; empty while the group is not Stable, and for members that are no consumers
     */
    public record Member(
            String id, Optional<String> instanceId, String clientId, String host, Set<TopicPartition> assignment) {
        public Member {
            assignment = Set.copyOf(assignment);
        }
    }
}
