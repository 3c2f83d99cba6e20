package io.millrace.broker.api.meta;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.TopicPartition;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/**
 * Has an answer about who leads wait while that is about to change. While a leader that was lost a moment ago is being
 * replaced, since a client that is told of the dead one asks again after its back-off only, and that is longer than the
 * election. And while this broker does not lead yet what it has just been told to: a producer that is too early has the first
 * of its batches refused and the next one taken, which an idempotent one may not get over where the log is new.
 *
 * <p>Threading: any. What waited goes on on the event loop of its connection. At most {@value #MOST_WAITING} wait at a time,
 * {@value #MOST_MS} ms each; others are answered at once.
 */
public final class Succession {
    private static final int MOST_WAITING = 1000;
    private static final int MOST_MS = 1_000; // internal partitions take turns, behind all others

    private final ClusterStore cluster;
    private final BiPredicate<PartitionState, ClusterView> isBeingSucceeded;
    private final BiPredicate<TopicPartition, PartitionState> isAboutToLead;
    private final Supplier<CompletionStage<Void>> caughtUp;
    private final AtomicInteger waiting = new AtomicInteger();

    /**
     * @param isBeingSucceeded whether a partition's leader was lost a moment ago and another is about to take over
     * @param isAboutToLead whether this broker is to lead a partition and does not yet
     * @param caughtUp completes when this broker leads what the cluster says it does
     */
    public Succession(
            ClusterStore cluster,
            BiPredicate<PartitionState, ClusterView> isBeingSucceeded,
            BiPredicate<TopicPartition, PartitionState> isAboutToLead,
            Supplier<CompletionStage<Void>> caughtUp) {
        this.cluster = cluster;
        this.isBeingSucceeded = isBeingSucceeded;
        this.isAboutToLead = isAboutToLead;
        this.caughtUp = caughtUp;
    }

    /** The partitions that a request asks about. */
    @FunctionalInterface
    interface Asked {
        /** Whether a check holds for each of them, as far as it exists; asked again for each new view. */
        boolean all(ClusterView view, Check check);
    }

    /** Something about one partition. */
    @FunctionalInterface
    interface Check {
        boolean test(TopicState topic, int partition);

        default boolean testAll(TopicState topic) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                if (!test(topic, p)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Answers once all is settled that is asked about, or when that has taken too long. */
    <T> CompletionStage<T> whenSettled(RequestContext context, Asked asked, Supplier<T> answer) {
        ClusterView now = cluster.view();
        if (asked.all(now, (topic, p) -> isStable(topic, p, now) && isTakenOver(topic, p))) {
            return CompletableFuture.completedFuture(answer.get());
        }
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            return CompletableFuture.completedFuture(answer.get());
        }
        CompletableFuture<ClusterView> stable =
                cluster.when(view -> asked.all(view, (topic, p) -> isStable(topic, p, view)));
        CompletableFuture<Void> settled = stable.thenCompose(view -> caughtUp.get());
        Future<?> end = context.home()
                .schedule(
                        () -> {
                            stable.cancel(false);
                            settled.complete(null);
                        },
                        MOST_MS,
                        TimeUnit.MILLISECONDS);
        return settled.handleAsync(
                (done, late) -> {
                    end.cancel(false);
                    waiting.decrementAndGet();
                    return answer.get();
                },
                context.home());
    }

    private boolean isStable(TopicState topic, int partition, ClusterView view) {
        return topic.state(partition)
                .filter(state -> isBeingSucceeded.test(state, view))
                .isEmpty();
    }

    private boolean isTakenOver(TopicState topic, int partition) {
        return topic.state(partition)
                .filter(state -> isAboutToLead.test(new TopicPartition(topic.name(), partition), state))
                .isEmpty();
    }
}
