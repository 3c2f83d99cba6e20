package io.millrace.broker.replica;

import io.millrace.broker.log.Log;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import java.util.Optional;

/**
 * Reads for followers, up to the log's end, and takes what they ask for as a word on how far they have come: the high
 * watermark moves by it.
 *
 * <p>Threading: any thread; takes no lock but that of {@link InSync}.
 */
final class FollowerReads {
    private final TopicPartition id;
    private final Log log;
    private final ReplicaRuntime runtime;
    private final PartitionRole role;
    private final PartitionReader reader;
    private final Commits commits;
    private final Runnable onMayGrow;

    /** @param onMayGrow told when a follower may come into the in-sync set */
    FollowerReads(
            TopicPartition id,
            Log log,
            ReplicaRuntime runtime,
            PartitionRole role,
            PartitionReader reader,
            Commits commits,
            Runnable onMayGrow) {
        this.id = id;
        this.log = log;
        this.runtime = runtime;
        this.role = role;
        this.reader = reader;
        this.commits = commits;
        this.onMayGrow = onMayGrow;
    }

    Read read(
            Follower follower,
            long offset,
            int maxBytes,
            boolean atLeastOneBatch,
            int followersEpoch,
            int lastFetchedEpoch) {
        Role.Leader leader = role.requireLeader();
        role.checkEpoch(leader.leaderEpoch(), followersEpoch);
        if (!leader.inSync().isReplica(follower.brokerId())) {
            throw new ApiException(
                    ErrorCode.NOT_LEADER_OR_FOLLOWER, "broker " + follower.brokerId() + " has no replica of " + id);
        }
        long end = log.endOffset();
        Read read = reader.read(offset, maxBytes, atLeastOneBatch, lastFetchedEpoch, leader.leaderEpoch(), end);
        if (read.divergence().isPresent()) {
            return read;
        }
        leader.inSync().fetched(follower.brokerId(), offset, end, runtime.ticksMs(), follower.brokerEpoch());
        commits.look();
        if (leader.inSync().mayGrow(follower.brokerId(), log.highWatermark())) {
            onMayGrow.run();
        }
        return new Read(read.records(), log.highWatermark(), read.logStartOffset(), Optional.empty());
    }
}
