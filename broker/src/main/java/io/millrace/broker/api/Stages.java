package io.millrace.broker.api;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Many answers that come when they come, as one. */
public final class Stages {
    private Stages() {}

    /**
     * Has the cancelling of what was derived from a stage cancel that stage, on the thread that cancels; by itself it
     * would not, and whoever waits would wait on.
     */
    public static <T> CompletionStage<T> cancelling(CompletionStage<?> source, CompletionStage<T> derived) {
        CompletableFuture<T> future = derived.toCompletableFuture();
        future.whenComplete((done, failure) -> {
            if (future.isCancelled()) {
                source.toCompletableFuture().cancel(false);
            }
        });
        return future;
    }

    /** All results in the order of the stages, once the last is there; fails if one fails. */
    public static <T> CompletionStage<List<T>> all(List<? extends CompletionStage<T>> stages) {
        CompletableFuture<?>[] futures =
                stages.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture<?>[]::new);
        return CompletableFuture.allOf(futures).thenApply(done -> {
            List<T> results = new ArrayList<>(stages.size());
            stages.forEach(stage -> results.add(stage.toCompletableFuture().join()));
            return results;
        });
    }
}
