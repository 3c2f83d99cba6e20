package io.millrace.broker.replica;

import io.millrace.broker.log.Log;
import io.millrace.broker.log.SequenceCheck;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The log as its leader changes it: gives batches their place and appends them, deletes records from its start.
 *
 * <p>Threading: any thread, one at a time, by the partition's lock; those who wait are told after its release.
 */
final class LedLog {
    private static final int NO_EPOCH = -1;
    private static final long NO_TIME = -1;

    private final TopicPartition id;
    private final Log log;
    private final ReplicaRuntime runtime;
    private final ReentrantLock lock;
    private final PartitionRole role;
    private final Commits commits;
    private final Waiters followers;
    private final BrokerTraffic.OfTopic traffic;

    /**
     * @param lock the partition's
     * @param followers woken when something was appended
     * @param traffic counts what is appended
     */
    LedLog(
            TopicPartition id,
            Log log,
            ReplicaRuntime runtime,
            ReentrantLock lock,
            PartitionRole role,
            Commits commits,
            Waiters followers,
            BrokerTraffic.OfTopic traffic) {
        this.traffic = traffic;
        this.id = id;
        this.log = log;
        this.runtime = runtime;
        this.lock = lock;
        this.role = role;
        this.commits = commits;
        this.followers = followers;
    }

    /** Takes the lock if an append of such a batch would not wait; {@link #giveUp} follows. */
    boolean tryTake(ByteBuffer records) {
        if (!lock.tryLock()) {
            return false;
        }
        OptionalInt latest = log.leaderEpochs().latest(); // of a new one a file takes note first
        boolean isKnownEpoch = latest.isPresent() && latest.getAsInt() == role.ledEpoch();
        if (isKnownEpoch && log.takesAtOnce(records.remaining(), timeOf(records))) {
            return true;
        }
        lock.unlock();
        return false;
    }

    private long timeOf(ByteBuffer records) {
        if (log.config().isLogAppendTime() || records.remaining() < BatchHeader.SIZE) {
            return runtime.clock().millis();
        }
        return BatchHeader.maxTimestamp(records, records.position());
    }

    void giveUp() {
        lock.unlock();
        tellAppended();
    }

    /** Appends a batch; -1 for any epoch. */
    Appended append(RecordBatch batch, int onlyAtEpoch) {
        Appended appended;
        lock.lock();
        try {
            Role.Leader leader = role.requireTaking();
            if (onlyAtEpoch != NO_EPOCH && onlyAtEpoch != leader.leaderEpoch()) {
                throw new ApiException(
                        ErrorCode.NOT_LEADER_OR_FOLLOWER, id + " is at leader epoch " + leader.leaderEpoch());
            }
            requireNoMirror();
            if (batch.hasProducerId()) {
                SequenceCheck check = log.producers().check(batch);
                if (check instanceof SequenceCheck.Duplicate earlier) {
                    long time = log.config().isLogAppendTime() ? earlier.timestamp() : NO_TIME;
                    return new Appended(earlier.baseOffset(), earlier.lastOffset(), time, log.startOffset());
                }
            }
            appended = appendStamped(batch, leader);
        } finally {
            lock.unlock();
        }
        if (!lock.isHeldByCurrentThread()) { // if it is, giveUp() tells
            tellAppended();
        }
        return appended;
    }

    /** Appends batches without producer one behind the other, with nobody's in between. */
    Appended appendAll(List<RecordBatch> batches) {
        Appended first;
        Appended last;
        lock.lock();
        try {
            Role.Leader leader = role.requireTaking();
            requireNoMirror();
            first = appendStamped(batches.get(0), leader);
            last = first;
            for (RecordBatch batch : batches.subList(1, batches.size())) {
                last = appendStamped(batch, leader);
            }
        } finally {
            lock.unlock();
        }
        tellAppended();
        return new Appended(first.baseOffset(), last.lastOffset(), first.appendTimeMs(), first.logStartOffset());
    }

    /** Under the lock, as what a mirror appends: whatever the setting is, only one of the two comes through. */
    private void requireNoMirror() {
        log.config().mirrorSource().ifPresent(source -> {
            throw new ApiException(
                    ErrorCode.POLICY_VIOLATION,
                    "topic " + id.topic() + " is a mirror of " + source + " and takes no other records until 'millrace"
                            + " mirror promote " + id.topic() + "'");
        });
    }

    private void tellAppended() {
        followers.wake();
        commits.appended();
    }

    private Appended appendStamped(RecordBatch batch, Role.Leader leader) {
        boolean logAppendTime = log.config().isLogAppendTime();
        long now = logAppendTime ? runtime.clock().millis() : NO_TIME;
        ByteBuffer buffer = batch.buffer();
        int at = batch.position();
        long baseOffset = log.endOffset();
        BatchHeader.setBaseOffset(buffer, at, baseOffset);
        BatchHeader.setLeaderEpoch(buffer, at, leader.leaderEpoch());
        BatchHeader.stampTime(
                buffer, at, batch.sizeInBytes(), logAppendTime, logAppendTime ? now : batch.maxTimestamp());
        log.append(batch.bytes());
        commits.move(leader);
        traffic.add(TopicCount.MESSAGES_IN, batch.recordsCount());
        traffic.add(TopicCount.BYTES_IN, batch.sizeInBytes());
        return new Appended(baseOffset, log.endOffset() - 1, now, log.startOffset());
    }

    /** Moves the log's start forward, at most to the high watermark. */
    long deleteRecordsBefore(long offset, boolean toHighWatermark) {
        role.requireLeader();
        if (!log.config().isDeleting()) {
            throw new ApiException(ErrorCode.POLICY_VIOLATION, id + " is compacted: records are not deleted by offset");
        }
        lock.lock();
        try {
            long target = toHighWatermark ? log.highWatermark() : offset;
            if (target < 0 || target > log.highWatermark()) {
                throw new ApiException(
                        ErrorCode.OFFSET_OUT_OF_RANGE, "offset " + offset + " is not below the high watermark");
            }
            return log.deleteRecordsBefore(target);
        } finally {
            lock.unlock();
        }
    }
}
