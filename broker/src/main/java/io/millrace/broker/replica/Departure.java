package io.millrace.broker.replica;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes leave of the cluster once nothing is led here any more: the registration goes while this broker still follows, so
 * that the leaders take it out of their in-sync sets while nobody has to wait for it.
 *
 * <p>Threading: any thread.
 */
public final class Departure {
    private static final Logger LOG = LoggerFactory.getLogger(Departure.class);
    private static final long PATIENCE_MS = 2000;

    private final int self;
    private final ClusterStore cluster;

    public Departure(int self, ClusterStore cluster) {
        this.self = self;
        this.cluster = cluster;
    }

    /** Completes when no leader waits for this broker, or after two seconds. Never fails: it would leave all the same. */
    public CompletionStage<Void> leave() {
        return cluster.unregister()
                .thenCompose(gone -> cluster.when(view -> !isAwaited(view)))
                .toCompletableFuture()
                .orTimeout(PATIENCE_MS, TimeUnit.MILLISECONDS)
                .handle((view, failure) -> {
                    if (failure != null) {
                        LOG.info("Leaving while others may still wait for this broker: {}", failure.toString());
                    }
                    return null;
                });
    }

    /** Whether a broker that is there counts on this one. */
    private boolean isAwaited(ClusterView view) {
        for (TopicState topic : view.topics()) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                if (topic.state(p).filter(state -> isAwaited(state, view)).isPresent()) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isAwaited(PartitionState state, ClusterView view) {
        return state.leader() != self
                && state.isr().contains(self)
                && view.broker(state.leader()).isPresent();
    }
}
