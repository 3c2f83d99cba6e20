package io.millrace.broker.replica;

/**
 * What became of a batch.
 *
 * @param baseOffset of its first record; of the earlier one where it had been appended before
 * @param lastOffset of its last record
 * @param appendTimeMs the time of the append where that is what its records carry, else -1
 * @param logStartOffset of the log at that moment
 */
public record Appended(long baseOffset, long lastOffset, long appendTimeMs, long logStartOffset) {}
