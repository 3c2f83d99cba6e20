package io.millrace.broker.api;

import io.millrace.protocol.ApiMessage;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Answers one kind of request.
 *
 * <p>Threading: {@link #handle} is called on a request worker, {@link #tryHandle} on the connection's event loop; requests
 * of one connection one after the other, in their order. Small requests are tried on the event loop as long as nothing of
 * their connection is with the workers; a request that was tried in vain is handled by a worker then. The stage that
 * they return may complete on any thread; until it does, buffers of the request stay valid. The stage of a Fetch is
 * cancelled, on the event loop, when its client goes.
 *
 * @param <Q> the request
 * @param <R> its response
 */
@FunctionalInterface
public interface RequestHandler<Q extends ApiMessage, R extends ApiMessage> {

    /**
     * Answers a request. What is wrong with a part of it is told in the response. An {@code ApiException} that leaves
     * this method, or that completes the stage, closes the connection, as does any other exception or error; what was
     * sent behind the request, and has not begun yet, is not done then.
     */
    CompletionStage<R> handle(RequestContext context, Q request);

    /** Whether {@link #tryHandle} is worth a try: whether some requests of this kind are answered without waiting. */
    default boolean isOftenPrompt() {
        return false;
    }

    /**
     * Answers a request, as {@link #handle} does, if nothing on the way waits: for a disk, or for a lock that somebody
     * holds over I/O. It saves the way to a worker and back.
     *
     * @return empty if something might wait; nothing has been done then
     */
    default Optional<CompletionStage<R>> tryHandle(RequestContext context, Q request) {
        return Optional.empty();
    }
}
