package io.millrace.broker.log;

/**
 * What scrubbing has done since the start.
 *
 * @param rounds that are over
 * @param bytesRead of all segments
 * @param corruptRanges that are known now, in all logs
 */
public record ScrubStatus(long rounds, long bytesRead, long corruptRanges) {}
