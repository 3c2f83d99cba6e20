package io.millrace.client.net;

import java.time.Duration;
import java.util.Optional;

/**
 * Bounds of one call.
 *
 * @param timeout how long its answer may take, if not request.timeout.ms
 * @param maxVersion the highest version of the request to be used
 */
public record Limits(Optional<Duration> timeout, short maxVersion) {
    public static final Limits NONE = new Limits(Optional.empty(), Short.MAX_VALUE);

    /** For a request that waits at the broker: its own wait, and {@code request.timeout.ms} on top is up to the caller. */
    public Limits within(Duration longest) {
        return new Limits(Optional.of(longest), maxVersion);
    }

    public Limits upTo(int version) {
        return new Limits(timeout, (short) version);
    }
}
