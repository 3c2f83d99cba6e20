package io.millrace.broker.replica;

import io.millrace.broker.log.LeaderEpochs;
import io.millrace.broker.log.LeaderEpochs.EpochEnd;

/** Where a follower's log has to be cut so that it holds nothing that its leader's does not (KIP-101, KIP-279, KIP-595). */
final class EpochTruncation {
    private EpochTruncation() {}

    /**
     * One step: both logs agree up to the smaller of the two ends of the largest epoch that both may have. Where the
     * follower lacks the leader's epoch, its next fetch tells of an older one, and the next step goes on from there.
     *
     * @param own the follower's epochs
     * @param ownEnd the follower's log end
     * @param leaders the largest epoch that the leader has, not above the one that was asked for, and where it ends there
     */
    static long target(LeaderEpochs own, long ownEnd, EpochEnd leaders) {
        long ownsEnd = own.endOffsetFor(leaders.epoch(), ownEnd)
                .map(EpochEnd::endOffset)
                .orElse(ownEnd);
        return Math.min(Math.min(leaders.endOffset(), ownsEnd), ownEnd);
    }
}
