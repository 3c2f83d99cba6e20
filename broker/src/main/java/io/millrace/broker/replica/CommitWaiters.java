package io.millrace.broker.replica;

import io.millrace.protocol.ApiException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;

/**
 * Those who wait until what they appended is committed, answered in the order of their offsets.
 *
 * <p>Threading: any thread; answers are given with no lock held. One who waits no more cancels.
 */
final class CommitWaiters {
    private record Waiting(long offset, boolean wantsEnough, CompletableFuture<Void> answer) {}

    private final PriorityQueue<Waiting> waiting = // guarded by this
            new PriorityQueue<>(Comparator.comparingLong(Waiting::offset));
    private volatile int count;

    /**
     * Waits for all below an offset. The caller looks once more afterwards: what came before this call is not told.
     *
     * @param wantsEnough whether it is not good enough if fewer replicas have it than acks=all asks for
     */
    CompletableFuture<Void> add(long offset, boolean wantsEnough) {
        Waiting entry = new Waiting(offset, wantsEnough, new CompletableFuture<>());
        synchronized (this) {
            waiting.add(entry);
            count = waiting.size();
        }
        entry.answer().whenComplete((done, failure) -> {
            if (entry.answer().isCancelled()) {
                forget(entry);
            }
        });
        return entry.answer();
    }

    private synchronized void forget(Waiting entry) {
        waiting.remove(entry);
        count = waiting.size();
    }

    int size() {
        return count;
    }

    /** Whether anybody may be waiting. */
    boolean areAwaited() {
        return count > 0;
    }

    /**
     * All below an offset is committed.
     *
     * @param tooFew what to fail those with who want enough replicas, if there are not
     */
    void committed(long upTo, Optional<ApiException> tooFew) {
        List<Waiting> done = new ArrayList<>();
        synchronized (this) {
            while (!waiting.isEmpty() && waiting.peek().offset() <= upTo) {
                done.add(waiting.poll());
            }
            count = waiting.size();
        }
        for (Waiting entry : done) {
            if (entry.wantsEnough() && tooFew.isPresent()) {
                entry.answer().completeExceptionally(tooFew.get());
            } else {
                entry.answer().complete(null);
            }
        }
    }

    /** Nothing of what is waited for will be committed for sure. */
    void refuse(ApiException why) {
        List<Waiting> refused;
        synchronized (this) {
            refused = List.copyOf(waiting);
            waiting.clear();
            count = 0;
        }
        refused.forEach(entry -> entry.answer().completeExceptionally(why));
    }
}
