package io.millrace.broker.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class StagesTest {
    @Test
    void whoCancelsWhatWasDerivedCancelsWhatItWasDerivedFrom() {
        CompletableFuture<Integer> source = new CompletableFuture<>();
        CompletableFuture<Integer> derived =
                Stages.cancelling(source, source.thenApply(n -> n + 1)).toCompletableFuture();
        derived.cancel(false);
        assertTrue(source.isCancelled());
    }

    @Test
    void whatIsAnsweredIsDerivedAsEver() {
        CompletableFuture<Integer> source = new CompletableFuture<>();
        CompletableFuture<Integer> derived =
                Stages.cancelling(source, source.thenApply(n -> n + 1)).toCompletableFuture();
        source.complete(1);
        assertEquals(2, derived.join());
        assertFalse(source.isCancelled());
    }
}
