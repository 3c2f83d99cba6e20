package io.millrace.broker.net;

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

    Exchange(
            ChannelHandlerContext context,
            Frame frame,
            ApiKey key,
            RequestHeader header,
            RequestHandler<ApiMessage, ApiMessage> handler) {
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
