package io.millrace.broker.api.meta;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Has an answer about who leads wait while a leader that was lost a moment ago is being replaced. A client that is told of
 * the dead one asks again after its back-off only, and that is longer than the election.
 *
 * <p>Threading: any. What waited goes on on the event loop of its connection. At most {@value #MOST_WAITING} wait at a time,
 * {@value #MOST_MS} ms each; others are answered at once.
 */
public final class Succession {
    private static final int MOST_WAITING = 1000;
    private static final int MOST_MS = 300;

    private final ClusterStore cluster;
    private final BiPredicate<PartitionState, ClusterView> isBeingSucceeded;
    private final Supplier<CompletionStage<Void>> caughtUp;
    private final AtomicInteger waiting = new AtomicInteger();

    /**
     * @param isBeingSucceeded whether a partition's leader was lost a moment ago and another is about to take over
     * @param caughtUp completes when this broker leads what the cluster says it does
     */
    public Succession(
            ClusterStore cluster,
            BiPredicate<PartitionState, ClusterView> isBeingSucceeded,
            Supplier<CompletionStage<Void>> caughtUp) {
        this.cluster = cluster;
        this.isBeingSucceeded = isBeingSucceeded;
        this.caughtUp = caughtUp;
    }

    /** Whether none of a topic's partitions has a leader that is being replaced. */
    boolean isSettled(TopicState topic, ClusterView view) {
        for (int p = 0; p < topic.partitionCount(); p++) {
            if (!isSettled(topic, p, view)) {
                return false;
            }
        }
        return true;
    }

    boolean isSettled(TopicState topic, int partition, ClusterView view) {
        return topic.state(partition)
                .filter(state -> isBeingSucceeded.test(state, view))
                .isEmpty();
    }

    /**
     * Completes once a view meets a condition and this broker leads what that view says, or when it has taken too long.
     *
     * @param isSettled pure, asked again for each new view
     */
    CompletionStage<Void> await(RequestContext context, Predicate<ClusterView> isSettled) {
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<ClusterView> settled = cluster.when(isSettled);
        Future<?> end = context.home().schedule(() -> settled.cancel(false), MOST_MS, TimeUnit.MILLISECONDS);
        return settled.thenCompose(seen -> caughtUp.get())
                .handleAsync(
                        (done, late) -> {
                            end.cancel(false);
                            waiting.decrementAndGet();
                            return null;
                        },
                        context.home());
    }
}
