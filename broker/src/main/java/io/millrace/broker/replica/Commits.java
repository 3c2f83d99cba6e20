package io.millrace.broker.replica;

import io.millrace.broker.log.Log;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * What of a partition is committed while this broker leads it: moves the high watermark, and answers those who wait for
 * it.
 *
 * <p>Threading: any thread; answers are given on the thread that moves the high watermark, with no lock held.
 */
final class Commits {
    private final TopicPartition id;
    private final Log log;
    private final Supplier<Optional<Role.Leader>> leader;
    private final CommitWaiters waiting = new CommitWaiters();

    /** @param leader the role of this moment, if it is to lead */
    Commits(TopicPartition id, Log log, Supplier<Optional<Role.Leader>> leader) {
        this.id = id;
        this.log = log;
        this.leader = leader;
    }

    /** Moves the high watermark as far as all who are in sync allow; whether it moved. */
    boolean move(Role.Leader role) {
        return role.inSync().commit(log, log.config().isFlushedFirst() ? log.recoveryPoint() : log.endOffset());
    }

    /** @throws ApiException NOT_ENOUGH_REPLICAS if fewer are in sync than acks=all needs */
    void requireEnoughInSync(Role.Leader role) {
        int needed = needed(role);
        int have = role.inSync().size();
        if (needed > 1 && have < needed) {
            throw new ApiException(
                    ErrorCode.NOT_ENOUGH_REPLICAS,
                    id + " has " + have + " replicas in sync, min.insync.replicas is " + needed);
        }
    }

    private int needed(Role.Leader role) {
        int replicas = role.inSync().replicaCount();
        return Math.min(log.config().minInsyncReplicas(replicas), replicas);
    }

    /** Waits until what was appended is committed. The caller calls {@link #tell} afterwards. */
    CompletableFuture<Void> await(Appended appended, boolean wantsEnough) {
        return waiting.add(appended.lastOffset() + 1, wantsEnough);
    }

    /** Answers those whose records are below the high watermark by now. */
    void tell() {
        if (waiting.areAwaited()) {
            waiting.committed(log.highWatermark(), leader.get().flatMap(this::tooFew));
        }
    }

    private Optional<ApiException> tooFew(Role.Leader role) {
        int have = role.inSync().size();
        return have >= needed(role)
                ? Optional.empty()
                : Optional.of(new ApiException(
                        ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                        "appended to " + id + ", of which only " + have + " replicas are in sync"));
    }

    /** Nothing of what is waited for will be committed for sure. */
    void refuse(ApiException why) {
        waiting.refuse(why);
    }
}
