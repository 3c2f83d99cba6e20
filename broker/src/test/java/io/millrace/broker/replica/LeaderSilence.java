package io.millrace.broker.replica;

import io.millrace.broker.cluster.ClusterView;

/** What the simulation asks of a leader beyond what the rest of the broker may. */
public final class LeaderSilence {
    private LeaderSilence() {}

    /** For how long, in ms, no other member of the set that is there has asked for anything; 0 where this broker does not lead. */
    public static long ms(Partition partition, ClusterView view, long nowMs) {
        return partition
                .leader()
                .map(Role.Leader::inSync)
                .map(inSync -> inSync.state().isr().stream()
                        .filter(member -> view.broker(member).isPresent())
                        .mapToLong(member -> inSync.silentMs(member, nowMs))
                        .filter(silentMs -> silentMs > 0) // not itself
                        .min()
                        .orElse(0))
                .orElse(0L);
    }
}
