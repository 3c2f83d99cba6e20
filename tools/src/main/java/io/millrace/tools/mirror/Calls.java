package io.millrace.tools.mirror;

import io.millrace.client.MillraceException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for stages of the client library, on threads that may wait. */
final class Calls {
    private static final long LONGEST_S = 90;

    private Calls() {}

    /**
     * What a stage comes to.
     *
     * @throws MillraceException as the stage fails
     */
    static <T> T await(CompletionStage<T> stage) throws InterruptedException {
        try {
            return stage.toCompletableFuture().get(LONGEST_S, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MillraceException known) {
                throw known;
            }
            throw new IllegalStateException("a defect in the mirror", e.getCause());
        } catch (TimeoutException e) {
            throw MillraceException.timedOut("no answer within " + LONGEST_S + " s");
        }
    }
}
