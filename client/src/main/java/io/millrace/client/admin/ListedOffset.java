package io.millrace.client.admin;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * An offset that was asked for.
 *
 * @param offset empty if no record is that late, or none is there
 * @param timestamp of the record, in milliseconds since 1970; empty for earliest and latest
 * @param leaderEpoch of the record, if the broker says so
 */
public record ListedOffset(OptionalLong offset, OptionalLong timestamp, OptionalInt leaderEpoch) {}
