package io.millrace.broker.api;

import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.wire.Writer;

/** The response to a request that wants none: Produce with acks=0. Nothing is sent for it. */
public final class NoAnswer implements ApiMessage {
    public static final NoAnswer INSTANCE = new NoAnswer();

    private NoAnswer() {}

    @Override
    public void write(Writer out, short version) {
        throw new IllegalStateException("no answer is ever written");
    }
}
