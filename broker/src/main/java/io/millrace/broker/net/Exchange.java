package io.millrace.broker.net;

import io.millrace.broker.api.NoAnswer;
import io.millrace.broker.api.RequestHandler;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.RequestHeader;
import io.netty.channel.ChannelHandlerContext;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * One request and its place in the order of answers, which is filled when the answer is there.
 *
 * <p>Threading: what the request is, is seen by any thread; the answer belongs to the connection's event loop.
 */
final class Exchange {
    private final ChannelHandlerContext context;
    private final Frame frame;
    private final ApiKey key;
    private final RequestHeader header;
    private final RequestHandler<ApiMessage, ApiMessage> handler;
    private Optional<EncodedResponse> response = Optional.empty();
    private Optional<CompletionStage<?>> waiting = Optional.empty();
    private int throttleMs;
    private int weight;
    private boolean ready;

    // When it came, began to be handled, had been handed to whom it waits for, was answered, and was written, by
    // System.nanoTime. They are for numbers alone: a worker may be late with one of them, and it counts as nothing
    // then.
    private final long cameNs = System.nanoTime();
    private long begunNs = cameNs;
    private long returnedNs;
    private long answeredNs;
    private long writtenNs;
    private final RequestMeters meters;
    private Optional<RequestMeters> senders = Optional.empty();

    /** The next one whose answer is written and not flushed, in a chain that {@link Answers} holds. */
    private Exchange nextWritten;

    Exchange(
            ChannelHandlerContext context,
            Frame frame,
            ApiKey key,
            RequestHeader header,
            RequestHandler<ApiMessage, ApiMessage> handler,
            RequestMeters meters) {
        this.meters = meters;
        this.context = context;
        this.frame = frame;
        this.key = key;
        this.header = header;
        this.handler = handler;
    }

    ChannelHandlerContext context() {
        return context;
    }

    Frame frame() {
        return frame;
    }

    ApiKey key() {
        return key;
    }

    RequestHeader header() {
        return header;
    }

    RequestHandler<ApiMessage, ApiMessage> handler() {
        return handler;
    }

    /** The answer is here: nothing is waited for any more. */
    void fill(Optional<EncodedResponse> encoded, int throttledMs) {
        response = encoded;
        throttleMs = throttledMs;
        waiting = Optional.empty();
        ready = true;
    }

    boolean isReady() {
        return ready;
    }

    int throttleMs() {
        return throttleMs;
    }

    /** The answer, for whoever sends or discards it. Empty from then on, as it is for a request that wants none. */
    Optional<EncodedResponse> takeResponse() {
        Optional<EncodedResponse> taken = response;
        response = Optional.empty();
        return taken;
    }

    /** Notes what the answer weighs, as it has to wait for those before it. See {@link SendWeight}. */
    int weigh() {
        weight = response.isPresent() ? response.get().weight() : 0;
        return weight;
    }

    /** What it was found to weigh; 0 if it did not wait. */
    int weight() {
        return weight;
    }

    // ---- numbers

    /** It is counted by who sends it, too. */
    void countFor(RequestMeters bySender, int bytes) {
        senders = Optional.of(bySender);
        bySender.came(header.requestApiVersion(), bytes);
    }

    /** A worker begins with it. */
    void begun() {
        begunNs = System.nanoTime();
    }

    /** The handler has returned; the answer may take longer. */
    void returned() {
        returnedNs = System.nanoTime();
    }

    /** The answer is known; one without content is for a client that wants none. */
    void answered(ApiMessage response) {
        answeredNs = System.nanoTime();
        tellErrors(meters, response);
        if (senders.isPresent()) {
            tellErrors(senders.get(), response);
        }
    }

    private static void tellErrors(RequestMeters to, ApiMessage response) {
        if (response instanceof NoAnswer) {
            to.error((short) 0);
        } else {
            response.tellErrors(to);
        }
    }

    /** The answer is written, and goes out with the next flush. */
    void written(long nowNs, Exchange others) {
        writtenNs = nowNs;
        nextWritten = others;
    }

    /** The answers of this and all that it is chained to are with the system. */
    static void sent(Exchange last, long nowNs) {
        for (Exchange one = last; one != null; one = one.nextWritten) {
            one.sent(nowNs);
        }
    }

    private void sent(long nowNs) {
        long localEnd = returnedNs == 0 || returnedNs > answeredNs ? answeredNs : returnedNs;
        record(meters, localEnd, nowNs);
        if (senders.isPresent()) {
            record(senders.get(), localEnd, nowNs);
        }
    }

    private void record(RequestMeters to, long localEnd, long nowNs) {
        to.done(
                begunNs - cameNs,
                localEnd - begunNs,
                answeredNs - localEnd,
                writtenNs - answeredNs,
                nowNs - writtenNs,
                throttleMs);
    }

    /** Remembers what is to be cancelled if the client goes. */
    void cancelWithClient(CompletionStage<?> stage) {
        waiting = Optional.of(stage);
    }

    /** The client has gone. */
    void cancel() {
        if (waiting.isPresent()) {
            waiting.get().toCompletableFuture().cancel(false);
        }
    }
}
