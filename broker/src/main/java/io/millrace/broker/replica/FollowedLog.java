package io.millrace.broker.replica;

import io.millrace.broker.log.LeaderEpochs.EpochEnd;
import io.millrace.broker.log.Log;
import io.millrace.protocol.TopicPartition;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A log that is made to be its leader's, at one leader epoch: whatever comes of an earlier one is refused with
 * NOT_LEADER_OR_FOLLOWER.
 *
 * <p>Threading: under the partition's lock.
 */
final class FollowedLog {
    private final TopicPartition id;
    private final Log log;
    private final ReentrantLock lock;
    private final PartitionRole role;

    /** @param lock the partition's */
    FollowedLog(TopicPartition id, Log log, ReentrantLock lock, PartitionRole role) {
        this.id = id;
        this.log = log;
        this.lock = lock;
        this.role = role;
    }

    /** Appends what the leader gave, and takes over how far it has committed and what it has deleted. */
    void append(ByteBuffer records, int leaderEpoch, long leaderHighWatermark, long leaderStart) {
        whileFollowing(leaderEpoch, () -> append(records, leaderHighWatermark, leaderStart));
    }

    private void append(ByteBuffer records, long leaderHighWatermark, long leaderStart) {
        FollowedBatches.check(id, records, log.endOffset()).ifPresent(log::append);
        if (log.config().isFlushedFirst() && log.recoveryPoint() < log.endOffset()) {
            log.flush(); // the leader takes the next fetch for a word on what is safe here
        }
        log.advanceHighWatermark(Math.min(leaderHighWatermark, log.endOffset()));
        if (leaderStart > log.startOffset()) {
            log.deleteRecordsBefore(Math.min(leaderStart, log.highWatermark()));
        }
    }

    /** Cuts off what the leader does not have, as far as its answer tells; the next fetch may tell more. */
    void truncate(EpochEnd leaders, int leaderEpoch) {
        whileFollowing(leaderEpoch, () -> truncate(leaders));
    }

    private void truncate(EpochEnd leaders) {
        long target = EpochTruncation.target(log.leaderEpochs(), log.endOffset(), leaders);
        if (target <= log.startOffset()) {
            log.restartAt(log.startOffset());
        } else {
            log.truncateTo(target);
        }
    }

    /** Drops everything and begins at an offset: what the leader still has begins behind what is here, or before it. */
    void restart(long offset, int leaderEpoch) {
        whileFollowing(leaderEpoch, () -> log.restartAt(offset));
    }

    private void whileFollowing(int leaderEpoch, Runnable change) {
        lock.lock();
        try {
            role.requireFollowing(leaderEpoch);
            change.run();
        } finally {
            lock.unlock();
        }
    }
}
