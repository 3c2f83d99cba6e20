package io.millrace.broker.api.group;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a coordinator's answer means for a response. */
final class Outcome {
    private static final Logger LOG = LoggerFactory.getLogger(Outcome.class);

    private Outcome() {}

    /** The response for an answer, or for the error that came in its place. */
    static <T, R> CompletionStage<R> of(
            CompletionStage<T> answer, Function<T, R> response, Function<ErrorCode, R> errorResponse) {
        return answer.handle(
                (value, error) -> error == null ? response.apply(value) : errorResponse.apply(code(error)));
    }

    /** All answers, in their order, once the last is there. */
    static <T> CompletionStage<List<T>> all(List<CompletionStage<T>> answers) {
        List<CompletableFuture<T>> futures =
                answers.stream().map(CompletionStage::toCompletableFuture).toList();
        return CompletableFuture.allOf(futures.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> futures.stream().map(CompletableFuture::join).toList());
    }

    private static ErrorCode code(Throwable error) {
        Throwable cause = error instanceof CompletionException ? error.getCause() : error;
        if (cause instanceof ApiException api) {
            return api.error();
        }
        LOG.error("A group request failed", cause);
        return ErrorCode.UNKNOWN_SERVER_ERROR;
    }
}
