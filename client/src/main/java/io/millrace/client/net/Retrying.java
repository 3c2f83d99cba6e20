package io.millrace.client.net;

import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * One thing that is tried until it works, fails for good, or time is over.
 *
 * <p>Threading: the I/O thread, but for {@link #result}.
 */
final class Retrying<T> {
    private final IoThread thread;
    private final Supplier<CompletionStage<T>> attempt;
    private final Wait wait;
    private final IoTimer timer;
    private final long deadlineNs;
    private final CompletableFuture<T> result = new CompletableFuture<>();

    Retrying(IoThread thread, ClientConfig config, Duration atMost, Supplier<CompletionStage<T>> attempt) {
        this.thread = thread;
        this.attempt = attempt;
        this.wait = new Wait(config.retryBackoff());
        this.timer = thread.timer(this::run);
        this.deadlineNs = System.nanoTime() + atMost.toNanos();
    }

    CompletionStage<T> result() {
        return result;
    }

    void run() {
        attempt.get()
                .whenComplete((value, failure) -> thread.run(() -> {
                    if (failure == null) {
                        result.complete(value);
                    } else {
                        failed(failure);
                    }
                }));
    }

    private void failed(Throwable failure) {
        long nextNs = System.nanoTime() + wait.nextNs();
        if (isRetriable(failure) && nextNs - deadlineNs < 0) {
            timer.runBy(nextNs);
        } else {
            result.completeExceptionally(failure);
        }
    }

    private static boolean isRetriable(Throwable failure) {
        Throwable cause = failure instanceof java.util.concurrent.CompletionException ? failure.getCause() : failure;
        return cause instanceof MillraceException known && known.isRetriable();
    }
}
