package io.millrace.client.consumer;

import io.millrace.protocol.TopicPartition;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A member as the leader sees it.
 *
 * @param owned what it has, as of {@code generation}
 */
record GroupMember(
        String id, Optional<String> instanceId, List<String> topics, List<TopicPartition> owned, int generation) {
    /** Static members first, by the name that outlives restarts; so kafka-clients do, too. */
    static final Comparator<GroupMember> ORDER = Comparator.comparing(
                    (GroupMember member) -> member.instanceId().isEmpty())
            .thenComparing(member -> member.instanceId().orElse(member.id()));
}
