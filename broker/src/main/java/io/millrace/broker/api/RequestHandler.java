package io.millrace.broker.api;

import io.millrace.protocol.ApiMessage;
import java.util.concurrent.CompletionStage;

/**
 * Answers one kind of request.
 *
 * <p>Threading: called on a request worker, never on an event loop; requests of one connection one after the other, in
 * their order. The stage that it returns may complete on any thread; until it does, buffers of the request stay valid.
 *
 * @param <Q> the request
 * @param <R> its response
 */
@FunctionalInterface
public interface RequestHandler<Q extends ApiMessage, R extends ApiMessage> {

    /**
     * Answers a request. What is wrong with a part of it is told in the response. An {@code ApiException} that leaves
     * this method, or that completes the stage, closes the connection, as does any other exception.
     */
    CompletionStage<R> handle(RequestContext context, Q request);
}
