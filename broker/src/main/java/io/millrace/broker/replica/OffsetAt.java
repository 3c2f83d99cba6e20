package io.millrace.broker.replica;

/**
 * An offset that was looked up.
 *
 * @param offset -1 where there is none
 * @param timestamp of the record there, in milliseconds; -1 where it was not looked up by time
 * @param leaderEpoch of the record there; -1 where it is not known
 */
public record OffsetAt(long offset, long timestamp, int leaderEpoch) {
    public static final OffsetAt NONE = new OffsetAt(-1, -1, -1);
}
