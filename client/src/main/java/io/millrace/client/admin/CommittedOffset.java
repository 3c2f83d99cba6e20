package io.millrace.client.admin;

import java.util.OptionalInt;

/**
 * A group's position in a partition.
 *
 * @param offset the next to be read
 * @param leaderEpoch of the record before it, if whoever committed it said so (KIP-320)
 * @param metadata a note of whoever committed it; mostly empty
 */
public record CommittedOffset(long offset, OptionalInt leaderEpoch, String metadata) {
    public static CommittedOffset of(long offset) {
        return new CommittedOffset(offset, OptionalInt.empty(), "");
    }
}
