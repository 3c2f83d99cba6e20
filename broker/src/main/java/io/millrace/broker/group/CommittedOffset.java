package io.millrace.broker.group;

import io.millrace.protocol.Uuid;

/**
 * How far a group has got in a partition.
 *
 * @param leaderEpoch of the last record consumed; -1 if the client did not say
 * @param metadata the client's own; "" for none
 * @param commitTimestampMs milliseconds since 1970
 * @param expireTimestampMs when it goes by the client's own wish; -1 for the broker's rule
 * @param topicId zero where it was not known
 */
public record CommittedOffset(
        long offset, int leaderEpoch, String metadata, long commitTimestampMs, long expireTimestampMs, Uuid topicId) {
    /** No wish of its own. */
    public static final long NO_TIMESTAMP = -1;
}
