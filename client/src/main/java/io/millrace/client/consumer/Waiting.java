package io.millrace.client.consumer;

import io.millrace.client.MillraceException;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.IoThread;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for what the I/O thread does. Threading: any but the I/O thread. */
final class Waiting {
    private Waiting() {}

    /** @throws MillraceException what it failed with, or TIMED_OUT */
    static <T> T join(IoThread thread, CompletionStage<T> stage, Duration atMost, String what) {
        thread.refuseToWait(what);
        try {
            return stage.toCompletableFuture().get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw MillraceException.timedOut("No end of " + what + " within " + atMost.toMillis() + " ms");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw MillraceException.timedOut("Interrupted while waiting for " + what);
        } catch (ExecutionException e) {
            throw ClusterClient.asMillrace(e);
        }
    }

    /** Waits for the end, whatever it is, as long as that is worth it. */
    static void quietly(CompletionStage<?> stage, Duration atMost) {
        try {
            stage.toCompletableFuture().get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // no more waiting
        } catch (TimeoutException | ExecutionException e) {
            // goes on without
        }
    }
}
