package io.millrace.broker.cluster;

import java.util.List;

/**
 * Who leads a partition and who is in sync with it: one value, moved by one versioned write.
 *
 * @param leader id of the leading broker, {@link #NO_LEADER} when there is none
 * @param leaderEpoch grows with every change of leader; fences what an earlier leader still does
 * @param isr ids of the in-sync replicas, never empty: without a leader it keeps the last member
 * @param leaderRecoveryState {@link #RECOVERED}, or {@link #RECOVERING} after an unclean election
 * @param version of this value in the store, the partition epoch of the protocol; {@link #UNWRITTEN} before the first
 *     write
 */
public record PartitionState(int leader, int leaderEpoch, List<Integer> isr, int leaderRecoveryState, int version) {
    public static final int NO_LEADER = -1;
    public static final int RECOVERED = 0;
    public static final int RECOVERING = 1;

    /** The version to expect of a partition that has no state yet. */
    public static final int UNWRITTEN = -1;

    public PartitionState {
        isr = List.copyOf(isr);
    }

    /** The state of a partition that is born with these replicas: the first leads, all are in sync. */
    public static PartitionState initial(List<Integer> replicas) {
        return new PartitionState(replicas.get(0), 0, replicas, RECOVERED, UNWRITTEN);
    }

    public boolean hasLeader() {
        return leader != NO_LEADER;
    }

    public PartitionState withVersion(int newVersion) {
        return new PartitionState(leader, leaderEpoch, isr, leaderRecoveryState, newVersion);
    }
}
