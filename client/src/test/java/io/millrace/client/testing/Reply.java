package io.millrace.client.testing;

import io.millrace.protocol.ApiMessage;
import java.util.concurrent.CompletableFuture;

/** What a {@link FakeBroker} does with a request. */
public sealed interface Reply {
    /** Answers. */
    record Answer(ApiMessage message) implements Reply {}

    /** Answers when the gate opens; requests behind it on the same connection wait, as with a real broker. */
    record Later(CompletableFuture<?> gate, Reply then) implements Reply {}

    /** Never answers, and goes on reading. */
    record Silence() implements Reply {}

    /** Closes the connection. */
    record Hangup() implements Reply {}

    /** Sends the first bytes of the answer, then closes the connection. */
    record Cut(ApiMessage message, int bytes) implements Reply {}

    /** Sends the answer in pieces of so many bytes, each a packet of its own. */
    record Dribble(ApiMessage message, int pieceBytes) implements Reply {}

    /** Sends these bytes instead of an answer. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares replies
    record Garbage(byte[] bytes) implements Reply {}

    static Reply of(ApiMessage message) {
        return new Answer(message);
    }
}
