package io.millrace.broker.replica;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What this broker is to a partition right now. Replaced whole. */
sealed interface Role {

    /**
     * It leads, at an epoch.
     *
     * @param epochStart the log's end when it began
     * @param leaving set while another is about to lead: no records are taken any more, all else goes on. Completes when
     *     the hand-over is done or given up
     */
    record Leader(int leaderEpoch, InSync inSync, long epochStart, Optional<CompletableFuture<Void>> leaving)
            implements Role {
        Leader(int leaderEpoch, InSync inSync, long epochStart) {
            this(leaderEpoch, inSync, epochStart, Optional.empty());
        }
    }

    /** It follows a leader, or will as soon as there is one. */
    record Follower(int leaderEpoch, int leader) implements Role {}

    /** It does not know yet. */
    record Offline() implements Role {}

    /** The partition is gone, and its log with it. */
    record Deleted() implements Role {}
}
