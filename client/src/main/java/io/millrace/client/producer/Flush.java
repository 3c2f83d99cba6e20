package io.millrace.client.producer;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One wait for all that was sent before it: done when as many have ended as have begun, once it is {@link #closed}.
 *
 * <p>Threading: the I/O thread, but for {@link #done}.
 */
final class Flush {
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private int left = 1;

    CompletionStage<Void> done() {
        return done;
    }

    boolean isDone() {
        return done.isDone();
    }

    /** One more to wait for. */
    void begin() {
        left++;
    }

    void end() {
        if (--left == 0) {
            done.complete(null);
        }
    }

    /** All that is to be waited for has begun. */
    void closed() {
        end();
    }
}
