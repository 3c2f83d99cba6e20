package io.millrace.client.consumer;

import io.millrace.client.MillraceException;
import java.time.Instant;

/** Where in a partition to read on. */
public sealed interface Position {
    /** An offset, whether or not it exists now: {@code auto.offset.reset} says what to do if it does not. */
    record Exactly(long offset) implements Position {
        public Exactly {
            if (offset < 0) {
                throw MillraceException.invalid("Offset " + offset + " is none; offsets begin with 0");
            }
        }
    }

    /**
     * What the leader finds at the time when it is asked.
     *
     * @param timestamp in milliseconds since 1970, or one of the protocol's words: -1 for the end, -2 for the beginning
     */
    record ByTime(long timestamp) implements Position {
        static final long LATEST = -1;
        static final long EARLIEST = -2;
    }

    /** At an offset. */
    static Position offset(long offset) {
        return new Exactly(offset);
    }

    /** At the first record that is still there. */
    static Position earliest() {
        return new ByTime(ByTime.EARLIEST);
    }

    /** Behind the last record that the isolation level lets one see. */
    static Position latest() {
        return new ByTime(ByTime.LATEST);
    }

    /** At the first record whose timestamp is not before this time; at the end if there is none. */
    static Position atTime(Instant time) {
        return new ByTime(Math.max(0, time.toEpochMilli()));
    }
}
