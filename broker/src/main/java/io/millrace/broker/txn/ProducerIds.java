package io.millrace.broker.txn;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ProducerIdBlock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Gives out producer ids that nobody else in the cluster has. They are taken in blocks, the next block before the last
 * one is used up, so that new producers can begin while the cluster's store is away. Who asks when there is none left
 * waits, as many as there are requests in flight.
 *
 * <p>Threading: any thread; guarded by itself, stages complete outside of the lock.
 */
public final class ProducerIds {
    private final ClusterStore cluster;
    private final Queue<CompletableFuture<Long>> waiting = new ArrayDeque<>();
    private Optional<ProducerIdBlock> spare = Optional.empty();
    private long next;
    private long end;
    private boolean allocating;

    /** Begins to take a first block. */
    public ProducerIds(ClusterStore cluster) {
        this.cluster = cluster;
        allocateUnlessThereIsASpare();
    }

    /** The next id. Fails with the ApiException of the store if there is none left and no block can be had. */
    public CompletionStage<Long> next() {
        CompletableFuture<Long> id = new CompletableFuture<>();
        synchronized (this) {
            if (!hasNext()) {
                waiting.add(id);
            } else {
                id.complete(next++); // nobody can have attached anything to it yet
            }
        }
        allocateUnlessThereIsASpare();
        return id;
    }

    /** Whether there is an id to give; goes over to the spare block where that is needed. */
    private boolean hasNext() {
        if (next == end && spare.isPresent()) {
            next = spare.get().first();
            end = next + spare.get().size();
            spare = Optional.empty();
        }
        return next < end;
    }

    private void allocateUnlessThereIsASpare() {
        synchronized (this) {
            if (allocating || spare.isPresent()) {
                return;
            }
            allocating = true;
        }
        cluster.allocateProducerIds().whenComplete((block, failure) -> {
            if (failure != null) {
                fail(failure);
            } else {
                serve(block);
            }
        });
    }

    private void serve(ProducerIdBlock block) {
        List<Runnable> answers = new ArrayList<>();
        synchronized (this) {
            allocating = false;
            spare = Optional.of(block);
            while (!waiting.isEmpty() && hasNext()) {
                CompletableFuture<Long> first = waiting.poll();
                long id = next++;
                answers.add(() -> first.complete(id));
            }
        }
        answers.forEach(Runnable::run);
        allocateUnlessThereIsASpare();
    }

    private void fail(Throwable failure) {
        List<CompletableFuture<Long>> failed;
        synchronized (this) {
            failed = new ArrayList<>(waiting);
            waiting.clear();
            allocating = false;
        }
        failed.forEach(id -> id.completeExceptionally(failure));
    }
}
