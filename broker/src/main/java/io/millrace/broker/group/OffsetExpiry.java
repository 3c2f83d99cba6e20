package io.millrace.broker.group;

import io.millrace.protocol.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which offsets of a group have had their time. */
final class OffsetExpiry {
    private OffsetExpiry() {}

    /**
     * Decides. An offset with an expiry of its own goes by that. Else its time runs from when the group lost its last
     * member, or, in a group that never had one or does not consume the topic, from when it was committed. Offsets that
     * members use do not expire.
     */
    static List<TopicPartition> expired(
            Group group, Map<TopicPartition, CommittedOffset> offsets, long now, long retentionMs) {
        if (!group.isEmpty() && !group.hasSettledConsumers()) {
            return List.of();
        }
        Map<String, Boolean> inUse = new HashMap<>();
        List<TopicPartition> expired = new ArrayList<>();
        offsets.forEach((partition, offset) -> {
            if (isOver(group, offset, now, retentionMs)
                    && (group.isEmpty() || !inUse.computeIfAbsent(partition.topic(), group::isSubscribedTo))) {
                expired.add(partition);
            }
        });
        return expired;
    }

    private static boolean isOver(Group group, CommittedOffset offset, long now, long retentionMs) {
        if (offset.expireTimestampMs() != CommittedOffset.NO_TIMESTAMP) {
            return now >= offset.expireTimestampMs();
        }
        long since = Math.max(offset.commitTimestampMs(), group.isEmpty() ? group.emptySinceMs() : -1);
        return now - since >= retentionMs;
    }
}
