package io.millrace.broker.replica;

import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.log.Log;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What this broker is to a partition, how that changes, and who may therefore do what.
 *
 * <p>Threading: changes hold the partition's lock, so that none comes in the middle of an append; any thread reads.
 */
final class PartitionRole {
    private static final int NO_EPOCH = -1;

    private final TopicPartition id;
    private final int self;
    private final Log log;
    private final ReplicaRuntime runtime;
    private final ReentrantLock lock;
    private volatile Role role = new Role.Offline();

    /**
     * @param self id of this broker
     * @param lock the partition's
     */
    PartitionRole(TopicPartition id, int self, Log log, ReplicaRuntime runtime, ReentrantLock lock) {
        this.id = id;
        this.self = self;
        this.log = log;
        this.runtime = runtime;
        this.lock = lock;
    }

    // ---- changes

    /**
     * Leads from now on, at an epoch that nobody has led it at before; or goes on leading, with other replicas or another
     * in-sync set. Not if it is deleted.
     *
     * @return whether it is a new epoch here
     */
    boolean lead(List<Integer> replicas, PartitionState state) {
        lock.lock();
        try {
            if (role instanceof Role.Deleted) {
                return false;
            }
            if (role instanceof Role.Leader now && now.leaderEpoch() == state.leaderEpoch()) {
                now.inSync().update(replicas, state, runtime.ticksMs());
                return false;
            }
            end(role);
            InSync inSync = new InSync(self, replicas, state, runtime.ticksMs());
            role = new Role.Leader(state.leaderEpoch(), inSync, log.endOffset());
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Is something else than a leader from now on. Not if it is deleted. */
    boolean become(Role next) {
        lock.lock();
        try {
            if (role instanceof Role.Deleted) {
                return false;
            }
            end(role);
            role = next;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The high watermark moves no more by what this role knows; who waits for its end is told. */
    private static void end(Role role) {
        if (role instanceof Role.Leader leader) {
            leader.inSync().end();
            leader.leaving().ifPresent(handedOver -> handedOver.complete(null));
        }
    }

    /**
     * Takes no more records, since another is to lead; all else goes on.
     *
     * @return whether this broker leads at that epoch and was not leaving already
     */
    boolean leave(int leaderEpoch) {
        lock.lock();
        try {
            if (role instanceof Role.Leader now
                    && now.leaderEpoch() == leaderEpoch
                    && now.leaving().isEmpty()) {
                role = new Role.Leader(
                        leaderEpoch, now.inSync(), now.epochStart(), Optional.of(new CompletableFuture<>()));
                return true;
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Takes records again: the hand-over did not come about. */
    void stay(int leaderEpoch) {
        CompletableFuture<Void> leaving = null;
        lock.lock();
        try {
            if (role instanceof Role.Leader now
                    && now.leaderEpoch() == leaderEpoch
                    && now.leaving().isPresent()) {
                leaving = now.leaving().get();
                role = new Role.Leader(leaderEpoch, now.inSync(), now.epochStart());
            }
        } finally {
            lock.unlock();
        }
        if (leaving != null) {
            leaving.complete(null);
        }
    }

    // ---- what it is, and who may do what

    Role now() {
        return role;
    }

    Optional<Role.Leader> leader() {
        return role instanceof Role.Leader leader ? Optional.of(leader) : Optional.empty();
    }

    /** The epoch at which this broker leads, -1 where it does not. */
    int ledEpoch() {
        return role instanceof Role.Leader leader ? leader.leaderEpoch() : NO_EPOCH;
    }

    Role.Leader requireLeader() {
        if (role instanceof Role.Leader leader) {
            return leader;
        }
        throw notLeading();
    }

    /** A leader that takes records. Under the lock. */
    Role.Leader requireTaking() {
        Role.Leader leader = requireLeader();
        if (leader.leaving().isPresent()) {
            throw new ApiException(ErrorCode.NOT_LEADER_OR_FOLLOWER, id + " is being handed over to another broker");
        }
        return leader;
    }

    /** Follows at that epoch. Under the lock. */
    void requireFollowing(int leaderEpoch) {
        if (!(role instanceof Role.Follower follower && follower.leaderEpoch() == leaderEpoch)) {
            throw new ApiException(ErrorCode.NOT_LEADER_OR_FOLLOWER, id + " is not followed at epoch " + leaderEpoch);
        }
    }

    ApiException notLeading() {
        return role instanceof Role.Deleted
                ? new ApiException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, id + " was deleted")
                : new ApiException(ErrorCode.NOT_LEADER_OR_FOLLOWER, id + " is not led by this broker");
    }

    /**
     * Checks the epoch that another one believes in, -1 for none.
     *
     * @throws ApiException FENCED_LEADER_EPOCH if that is old, UNKNOWN_LEADER_EPOCH if ours is
     */
    void checkEpoch(int ours, int believed) {
        if (believed == NO_EPOCH || believed == ours) {
            return;
        }
        throw believed < ours
                ? new ApiException(ErrorCode.FENCED_LEADER_EPOCH, id + " is at leader epoch " + ours)
                : new ApiException(ErrorCode.UNKNOWN_LEADER_EPOCH, id + " is at leader epoch " + ours + " here");
    }
}
