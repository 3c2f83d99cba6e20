package io.millrace.broker.log;

/**
 * A record found by its time.
 *
 * @param timestamp of the record in ms
 * @param leaderEpoch that its batch was written in, or -1
 */
public record TimestampedOffset(long offset, long timestamp, int leaderEpoch) {}
