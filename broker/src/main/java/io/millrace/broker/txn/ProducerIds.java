package io.millrace.broker.txn;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ProducerIdBlock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Gives out producer ids that nobody else in the cluster has. A block of them is taken when the last one is used up;
 * who asks meanwhile waits, as many as there are requests in flight.
 *
 * <p>Threading: any thread; guarded by itself, stages complete outside of the lock.
 */
public final class ProducerIds {
    private final ClusterStore cluster;
    private final Queue<CompletableFuture<Long>> waiting = new ArrayDeque<>();
    private long next;
    private long end;
    private boolean allocating;

    public ProducerIds(ClusterStore cluster) {
        this.cluster = cluster;
    }

    /** The next id. Fails with the ApiException of the store if no block can be had. */
    public CompletionStage<Long> next() {
        CompletableFuture<Long> id = new CompletableFuture<>();
        synchronized (this) {
            if (next < end) {
                return CompletableFuture.completedFuture(next++);
            }
            waiting.add(id);
            if (allocating) {
                return id;
            }
            allocating = true;
        }
        allocate();
        return id;
    }

    private void allocate() {
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
        boolean more;
        synchronized (this) {
            next = block.first();
            end = block.first() + block.size();
            while (next < end && !waiting.isEmpty()) {
                CompletableFuture<Long> first = waiting.poll();
                long id = next++;
                answers.add(() -> first.complete(id));
            }
            more = !waiting.isEmpty();
            allocating = more;
        }
        answers.forEach(Runnable::run);
        if (more) {
            allocate();
        }
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
