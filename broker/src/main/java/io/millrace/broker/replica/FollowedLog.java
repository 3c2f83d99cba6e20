package io.millrace.broker.replica;

import io.millrace.broker.log.LeaderEpochs.EpochEnd;
import io.millrace.broker.log.Log;
import io.millrace.protocol.TopicPartition;
import java.nio.ByteBuffer;

/**
 * A log that is made to be its leader's.
 *
 * <p>Threading: under the partition's lock, while its role is that of a follower.
 */
final class FollowedLog {
    private final TopicPartition id;
    private final Log log;

    FollowedLog(TopicPartition id, Log log) {
        this.id = id;
        this.log = log;
    }

    /** Appends what the leader gave, and takes over how far it has committed and what it has deleted. */
    void append(ByteBuffer records, long leaderHighWatermark, long leaderStart) {
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
    void truncate(EpochEnd leaders) {
        long target = EpochTruncation.target(log.leaderEpochs(), log.endOffset(), leaders);
        if (target <= log.startOffset()) {
            log.restartAt(log.startOffset());
        } else {
            log.truncateTo(target);
        }
    }

    /** Drops everything and begins at an offset: what the leader still has begins behind what is here, or before it. */
    void restart(long offset) {
        log.restartAt(offset);
    }
}
