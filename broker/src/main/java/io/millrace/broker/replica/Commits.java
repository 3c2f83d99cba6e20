package io.millrace.broker.replica;

import io.millrace.broker.log.FlushListener;
import io.millrace.broker.log.Log;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What of a partition is committed while this broker leads it: moves the high watermark, and answers those who wait for
 * it.
 *
 * <p>Threading: any thread; answers are given on the thread that moves the high watermark, with no lock held.
 */
final class Commits implements FlushListener {
    private final TopicPartition id;
    private final Log log;
    private final PartitionRole role;
    private final Waiters readers;
    private final CommitWaiters waiting = new CommitWaiters();

    /** @param readers woken when the high watermark has moved */
    Commits(TopicPartition id, Log log, PartitionRole role, Waiters readers) {
        this.id = id;
        this.log = log;
        this.role = role;
        this.readers = readers;
    }

    // ---- move

    /** Moves the high watermark as far as all who are in sync allow; whether it moved. Tells nobody. */
    boolean move(Role.Leader leader) {
        return leader.inSync().commit(log, log.config().isFlushedFirst() ? log.recoveryPoint() : log.endOffset());
    }

    /** Looks again how far all who are in sync have come, and tells those who wait. */
    void look() {
        if (role.now() instanceof Role.Leader leader && move(leader)) {
            readers.wake();
            tell();
        }
    }

    /** Something was appended, and may be committed at once. */
    void appended() {
        if (log.highWatermark() == log.endOffset()) {
            readers.wake();
            tell();
        }
    }

    @Override
    public void flushed() {
        look();
    }

    @Override
    public void flushFailed(ApiException why) {
        refuse(why);
    }

    // ---- enough

    /** @throws ApiException NOT_ENOUGH_REPLICAS if fewer are in sync than acks=all needs */
    void requireEnoughInSync(Role.Leader leader) {
        int needed = needed(leader);
        int have = leader.inSync().size();
        if (needed > 1 && have < needed) {
            throw new ApiException(
                    ErrorCode.NOT_ENOUGH_REPLICAS,
                    id + " has " + have + " replicas in sync, min.insync.replicas is " + needed);
        }
    }

    private int needed(Role.Leader leader) {
        int replicas = leader.inSync().replicaCount();
        return Math.min(log.config().minInsyncReplicas(replicas), replicas);
    }

    /** How many more are in sync than acks=all needs. */
    int surplus(Role.Leader leader) {
        return leader.inSync().size() - needed(leader);
    }

    private Optional<ApiException> tooFew(Role.Leader leader) {
        int have = leader.inSync().size();
        return have >= needed(leader)
                ? Optional.empty()
                : Optional.of(new ApiException(
                        ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                        "appended to " + id + ", of which only " + have + " replicas are in sync"));
    }

    // ---- wait

    /** Completes when what was appended is committed, or may never be. */
    CompletableFuture<Void> await(Appended appended, boolean wantsEnough) {
        CompletableFuture<Void> answer = waiting.add(appended.lastOffset() + 1, wantsEnough);
        tell();
        try { // what ended before the answer was awaited would not be told any more
            role.requireLeader();
            log.requireWritable();
            if (log.config().isFlushedFirst() && !answer.isDone()) {
                log.requestFlush(); // an earlier one may have failed for want of space
            }
        } catch (ApiException e) {
            refuse(e);
        }
        return answer;
    }

    /** Answers those whose records are below the high watermark by now. */
    void tell() {
        if (waiting.areAwaited()) {
            waiting.committed(log.highWatermark(), role.leader().flatMap(this::tooFew));
        }
    }

    /** How many wait. */
    int waiting() {
        return waiting.size();
    }

    /** Nothing of what is waited for will be committed for sure. */
    void refuse(ApiException why) {
        waiting.refuse(why);
    }
}
