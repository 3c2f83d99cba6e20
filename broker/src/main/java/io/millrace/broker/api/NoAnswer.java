package io.millrace.broker.api;

import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.wire.Writer;

/**
 * The response to a request that wants none: Produce with acks=0. Nothing is sent for it.
 *
 * @param throttleTimeMs for how long the sender is kept waiting all the same
 */
public record NoAnswer(int throttleTimeMs) implements ApiMessage {
    public static final NoAnswer INSTANCE = new NoAnswer(0);

    @Override
    public NoAnswer throttled(int throttleTimeMs) {
        return new NoAnswer(throttleTimeMs);
    }

    @Override
    public void write(Writer out, short version) {
        throw new IllegalStateException("no answer is ever written");
    }
}
