package io.millrace.broker.group;

import io.millrace.protocol.TopicPartition;
import java.util.List;

/**
 * Offsets that a client wants to have stored.
 *
 * @param generation -1 from a client that is in no generation
 * @param retentionMs how long they shall stay; -1 for the broker's rule
 */
public record Committing(String groupId, MemberRef member, int generation, long retentionMs, List<Position> positions) {

    /**
     * One of them.
     *
     * @param leaderEpoch -1 if not known
     */
    public record Position(TopicPartition partition, long offset, int leaderEpoch, String metadata) {}
}
