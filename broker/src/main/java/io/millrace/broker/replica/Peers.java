package io.millrace.broker.replica;

import io.millrace.broker.cluster.ClusterView;

/**
 * What this broker thinks of the others, and of itself: who can be relied on to lead and to hold records.
 *
 * <p>Threading: any thread.
 */
final class Peers {
    private final int self;
    private final Liveness liveness;

    Peers(int self, Liveness liveness) {
        this.self = self;
        this.liveness = liveness;
    }

    /**
     * Whether a broker is there, and has what it has once acknowledged: one that was stopped uncleanly is not relied on
     * until it has settled with the others what it may lack.
     */
    boolean isReliable(ClusterView view, int broker) {
        return view.broker(broker)
                .filter(registered -> !registered.recovering())
                .filter(registered -> broker == self || !liveness.isGone(view, broker))
                .isPresent();
    }

    /** Whether a broker may come into an in-sync set: in the life in which it has fetched, and no earlier one (KIP-903). */
    boolean mayJoin(ClusterView view, int broker, long brokerEpoch) {
        return isReliable(view, broker)
                && !isSelf(broker)
                && view.broker(broker).orElseThrow().epoch() == brokerEpoch
                && isReliable(view, self);
    }

    private boolean isSelf(int broker) {
        return broker == self;
    }
}
