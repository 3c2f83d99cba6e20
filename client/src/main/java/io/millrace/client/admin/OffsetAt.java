package io.millrace.client.admin;

import java.time.Instant;

/**
 * Which offset of a partition is asked for.
 *
 * @param timestamp milliseconds since 1970, or one of the protocol's negative numbers
 */
public record OffsetAt(long timestamp) {
    private static final OffsetAt LATEST = new OffsetAt(-1);
    private static final OffsetAt EARLIEST = new OffsetAt(-2);
    private static final OffsetAt MAX_TIMESTAMP = new OffsetAt(-3);

    /** Of the first record that there is, or will be. */
    public static OffsetAt earliest() {
        return EARLIEST;
    }

    /** Of the next record; with READ_COMMITTED of the first one of an open transaction, if there is one. */
    public static OffsetAt latest() {
        return LATEST;
    }

    /** Of the record with the highest timestamp (KIP-734). */
    public static OffsetAt maxTimestamp() {
        return MAX_TIMESTAMP;
    }

    /** Of the first record at this time or later. */
    public static OffsetAt time(Instant time) {
        return new OffsetAt(time.toEpochMilli());
    }
}
