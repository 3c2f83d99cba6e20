package io.millrace.broker.replica;

import io.millrace.broker.log.FlushListener;
import io.millrace.broker.log.LeaderEpochs.EpochEnd;
import io.millrace.broker.log.Log;
import io.millrace.broker.log.LogConfig;
import io.millrace.broker.log.ProducerStates.ActiveProducer;
import io.millrace.broker.log.SequenceCheck;
import io.millrace.broker.log.TimestampedOffset;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.FileSlice;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.Records;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One partition on this broker: its log, and what the broker is to it.
 *
 * <p>Threading: appends and changes of role hold the partition's lock, one at a time; reads take no lock. Those who wait
 * are told after the lock is released.
 */
public final class Partition {
    private static final int NO_EPOCH = -1;
    private static final long NO_TIME = -1;

    private final TopicPartition id;
    private final Log log;
    private final Clock clock;
    private final Waiters waiters = new Waiters();
    private final CommitWaiters commits = new CommitWaiters();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Role role = new Role.Offline();

    Partition(TopicPartition id, Log log, Clock clock) {
        this.id = id;
        this.log = log;
        this.clock = clock;
        log.tellFlushesTo(new Flushes());
    }

    public TopicPartition id() {
        return id;
    }

    /** The settings in force. */
    public LogConfig config() {
        return log.config();
    }

    /** Its log: for those who describe it. */
    public Log log() {
        return log;
    }

    // ---- role

    /** Leads from now on, at an epoch that nobody has led it at before. */
    void lead(int leaderEpoch) {
        lock.lock();
        try {
            if (role instanceof Role.Deleted) {
                return;
            }
            role = new Role.Leader(leaderEpoch);
            commitAlone();
        } finally {
            lock.unlock();
        }
        waiters.wake();
        commits.committed(log.highWatermark());
        if (log.highWatermark() < log.endOffset()) {
            log.requestFlush();
        }
    }

    /** Leads no more; {@code deleted} if the partition is gone for good. */
    void resign(boolean deleted) {
        lock.lock();
        try {
            if (!(role instanceof Role.Deleted)) {
                role = deleted ? new Role.Deleted() : new Role.Offline();
            }
        } finally {
            lock.unlock();
        }
        waiters.wake();
        commits.refuse(notLeading());
    }

    boolean isLedAt(int leaderEpoch) {
        return role instanceof Role.Leader leader && leader.leaderEpoch() == leaderEpoch;
    }

    /** The epoch at which this broker leads; empty where it does not. */
    public Optional<Integer> leaderEpoch() {
        return role instanceof Role.Leader leader ? Optional.of(leader.leaderEpoch()) : Optional.empty();
    }

    private Role.Leader requireLeader() {
        Role now = role;
        if (now instanceof Role.Leader leader) {
            return leader;
        }
        throw notLeading();
    }

    private ApiException notLeading() {
        return role instanceof Role.Deleted
                ? new ApiException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, id + " was deleted")
                : new ApiException(ErrorCode.NOT_LEADER_OR_FOLLOWER, id + " is not led by this broker");
    }

    /**
     * Checks the epoch that a client believes in, -1 for none.
     *
     * @throws ApiException FENCED_LEADER_EPOCH if the client's is old, UNKNOWN_LEADER_EPOCH if ours is,
     *     NOT_LEADER_OR_FOLLOWER if this broker does not lead
     */
    public void checkLeaderEpoch(int clientEpoch) {
        int ours = requireLeader().leaderEpoch();
        if (clientEpoch == NO_EPOCH || clientEpoch == ours) {
            return;
        }
        throw clientEpoch < ours
                ? new ApiException(ErrorCode.FENCED_LEADER_EPOCH, id + " is at leader epoch " + ours)
                : new ApiException(ErrorCode.UNKNOWN_LEADER_EPOCH, id + " is at leader epoch " + ours + " here");
    }

    // ---- append

    /**
     * Takes the partition for appends by this thread, if they would not wait: nobody else appends, and the bytes go to a
     * file that is open, without a new segment.
     *
     * @param records a batch, as a producer sent it
     * @return false if the partition was not taken; if true, {@link #giveUp} has to follow
     */
    public boolean tryTake(ByteBuffer records) {
        if (!lock.tryLock()) {
            return false;
        }
        OptionalInt latest = log.leaderEpochs().latest(); // of a new one a file takes note first
        boolean isKnownEpoch = latest.isPresent() && latest.getAsInt() == currentEpoch();
        if (isKnownEpoch && log.takesAtOnce(records.remaining(), timeOf(records))) {
            return true;
        }
        lock.unlock();
        return false;
    }

    private long timeOf(ByteBuffer records) {
        if (config().isLogAppendTime() || records.remaining() < BatchHeader.SIZE) {
            return clock.millis();
        }
        return BatchHeader.maxTimestamp(records, records.position());
    }

    /** Ends what {@link #tryTake} began, on the same thread. */
    public void giveUp() {
        lock.unlock();
        waiters.wake();
    }

    /**
     * Appends a batch: gives it its offset, the leader epoch and, where the topic wants it, the time, in place.
     *
     * @param batch checked already; its bytes are changed, and are the caller's again when this returns
     * @throws ApiException if this broker does not lead, the producer's sequence does not fit, or the disk fails or is
     *     full
     */
    public Appended append(RecordBatch batch) {
        log.requireRoom();
        return append(batch, NO_EPOCH);
    }

    /**
     * Appends a batch as {@link #append(RecordBatch)} does, at one leader epoch and no other: for the broker's own state
     * machines, which may use the space that producers have to leave.
     *
     * @throws ApiException NOT_LEADER_OR_FOLLOWER too if that epoch is over
     */
    public Appended append(RecordBatch batch, int onlyAtEpoch) {
        Appended appended;
        lock.lock();
        try {
            int leaderEpoch = requireLeader().leaderEpoch();
            if (onlyAtEpoch != NO_EPOCH && onlyAtEpoch != leaderEpoch) {
                throw new ApiException(ErrorCode.NOT_LEADER_OR_FOLLOWER, id + " is at leader epoch " + leaderEpoch);
            }
            if (batch.hasProducerId()) {
                SequenceCheck check = log.producers().check(batch);
                if (check instanceof SequenceCheck.Duplicate earlier) {
                    long time = config().isLogAppendTime() ? earlier.timestamp() : NO_TIME;
                    return new Appended(earlier.baseOffset(), earlier.lastOffset(), time, log.startOffset());
                }
            }
            appended = appendStamped(batch, leaderEpoch);
        } finally {
            lock.unlock();
        }
        if (isCommitted(appended) && !lock.isHeldByCurrentThread()) { // if it is, giveUp() tells them
            waiters.wake();
        }
        return appended;
    }

    /**
     * Appends batches of one message set one behind the other, with nobody's in between.
     *
     * @param batches without producer, at least one; otherwise as {@link #append(RecordBatch)}
     * @throws ApiException as there; what was appended before the disk failed stays
     */
    public Appended appendAll(List<RecordBatch> batches) {
        log.requireRoom();
        Appended first;
        Appended last;
        lock.lock();
        try {
            int leaderEpoch = requireLeader().leaderEpoch();
            first = appendStamped(batches.get(0), leaderEpoch);
            last = first;
            for (RecordBatch batch : batches.subList(1, batches.size())) {
                last = appendStamped(batch, leaderEpoch);
            }
        } finally {
            lock.unlock();
        }
        waiters.wake();
        return new Appended(first.baseOffset(), last.lastOffset(), first.appendTimeMs(), first.logStartOffset());
    }

    private Appended appendStamped(RecordBatch batch, int leaderEpoch) {
        boolean logAppendTime = config().isLogAppendTime();
        long now = logAppendTime ? clock.millis() : NO_TIME;
        ByteBuffer buffer = batch.buffer();
        int at = batch.position();
        long baseOffset = log.endOffset();
        BatchHeader.setBaseOffset(buffer, at, baseOffset);
        BatchHeader.setLeaderEpoch(buffer, at, leaderEpoch);
        BatchHeader.stampTime(
                buffer, at, batch.sizeInBytes(), logAppendTime, logAppendTime ? now : batch.maxTimestamp());
        log.append(batch.bytes());
        commitAlone();
        return new Appended(baseOffset, log.endOffset() - 1, now, log.startOffset());
    }

    // ---- commit

    /** Moves the high watermark as far as this broker alone may. */
    private void commitAlone() {
        if (config().isFlushedFirst()) {
            log.advanceToRecoveryPoint();
        } else {
            log.advanceToEnd();
        }
    }

    /** Whether what was appended is below the high watermark. */
    public boolean isCommitted(Appended appended) {
        return appended.lastOffset() < log.highWatermark();
    }

    /**
     * Completes when what was appended is below the high watermark.
     *
     * @return cancelled by who waits no more. It fails with ApiException where it may never be: KAFKA_STORAGE_ERROR if
     *     the disk failed, NOT_LEADER_OR_FOLLOWER or UNKNOWN_TOPIC_OR_PARTITION if this broker leads no more
     */
    public CompletableFuture<Void> whenCommitted(Appended appended) {
        CompletableFuture<Void> answer = commits.add(appended.lastOffset() + 1);
        commits.committed(log.highWatermark());
        try { // what ended before the answer was awaited would not be told any more
            requireLeader();
            log.requireWritable();
            if (!answer.isDone()) {
                log.requestFlush(); // an earlier one may have failed for want of space
            }
        } catch (ApiException e) {
            commits.refuse(e);
        }
        return answer;
    }

    private final class Flushes implements FlushListener {
        @Override
        public void flushed() {
            if (role instanceof Role.Leader) {
                commitAlone();
                commits.committed(log.highWatermark());
                waiters.wake();
            }
        }

        @Override
        public void flushFailed(ApiException why) {
            commits.refuse(why);
        }
    }

    // ---- read

    /** Whether a read from an offset on touches nothing but what was written so lately that it is still in memory. */
    public boolean isRecent(long offset) {
        return offset == log.highWatermark() || log.isRecent(offset);
    }

    /**
     * Reads from an offset on, up to the high watermark. What is given begins with a whole batch; the last may be cut.
     *
     * @param maxBytes of records; a single batch may be larger if {@code atLeastOneBatch}
     * @param clientEpoch the leader epoch that the client believes in, -1 for none
     * @param lastFetchedEpoch the epoch of the client's last record, -1 for none
     * @throws ApiException OFFSET_OUT_OF_RANGE, or as {@link #checkLeaderEpoch}
     */
    public Read read(long offset, int maxBytes, boolean atLeastOneBatch, int clientEpoch, int lastFetchedEpoch) {
        checkLeaderEpoch(clientEpoch);
        Optional<EpochEnd> divergence = divergence(offset, lastFetchedEpoch);
        long highWatermark = log.highWatermark();
        Records records = divergence.isPresent() || offset == highWatermark
                ? BufferSlice.EMPTY
                : log.read(offset, maxBytes, highWatermark, atLeastOneBatch);
        if (records.sizeInBytes() == maxBytes && !atLeastOneBatch) {
            records = unlessFirstIsCut(records);
        }
        return new Read(records, highWatermark, log.startOffset(), divergence);
    }

    /** Clients take records that do not begin with a whole batch for a broken answer. */
    private Records unlessFirstIsCut(Records records) {
        if (!(records instanceof FileSlice slice)) {
            return records;
        }
        boolean whole = false;
        try {
            if (slice.length() >= BatchHeader.LOG_OVERHEAD) {
                ByteBuffer head = ByteBuffer.allocate(BatchHeader.LOG_OVERHEAD);
                new FileSlice(slice.channel(), slice.position(), head.remaining(), () -> {}).copyTo(head);
                whole = BatchHeader.sizeInBytes(head, 0) <= slice.length();
            }
        } catch (IOException e) {
            throw new ApiException(ErrorCode.KAFKA_STORAGE_ERROR, "cannot read " + id + ": " + e.getMessage());
        } finally {
            if (!whole) {
                slice.release();
            }
        }
        return whole ? slice : BufferSlice.EMPTY;
    }

    /**
     * Reads from an offset on up to the log end, at least one batch: for the broker's own state machines, which go on
     * behind what is known to be corrupt.
     */
    public Records readToLogEnd(long offset, int maxBytes) {
        long from = log.nextReadable(offset);
        return from >= log.endOffset() ? BufferSlice.EMPTY : log.read(from, maxBytes, log.endOffset(), true);
    }

    /** Where the client's history departs from the log's, if it does (KIP-595). */
    private Optional<EpochEnd> divergence(long offset, int lastFetchedEpoch) {
        if (lastFetchedEpoch == NO_EPOCH) {
            return Optional.empty();
        }
        EpochEnd end = findEndOfEpoch(lastFetchedEpoch)
                .orElseThrow(() -> new ApiException(
                        ErrorCode.OFFSET_OUT_OF_RANGE, id + " knows no leader epoch up to " + lastFetchedEpoch));
        boolean same = end.epoch() == lastFetchedEpoch && offset <= end.endOffset();
        return same ? Optional.empty() : Optional.of(end);
    }

    // ---- look up

    /** The high watermark, or the log end for who may see past it. */
    public OffsetAt end(boolean logEnd) {
        return new OffsetAt(logEnd ? log.endOffset() : log.highWatermark(), NO_TIME, currentEpoch());
    }

    /** The first offset. */
    public OffsetAt start() {
        long offset = log.startOffset();
        return new OffsetAt(offset, NO_TIME, log.leaderEpochs().epochOf(offset).orElse(NO_EPOCH));
    }

    /** The first record with this time or a later one, below the high watermark. */
    public OffsetAt offsetAt(long timestamp) {
        return visible(log.offsetAt(timestamp));
    }

    /** The record with the largest time. */
    public OffsetAt offsetOfMaxTimestamp() {
        return visible(log.latestTimestamp());
    }

    /** Where the records of a leader epoch end, as OffsetForLeaderEpoch tells it; -1 and -1 where nothing is known. */
    public EpochEnd endOfEpoch(int epoch) {
        return findEndOfEpoch(epoch).orElse(new EpochEnd(NO_EPOCH, -1));
    }

    /**
     * Our own epoch counts from when we lead, not from its first record: its number has been told to clients already,
     * with the log end, and one who asks for it must not hear that nobody knows it.
     */
    private Optional<EpochEnd> findEndOfEpoch(int epoch) {
        if (epoch < 0) {
            return Optional.empty();
        }
        long end = log.endOffset(); // first: while nothing is written at our epoch, that is where the epoch begins
        OptionalInt latest = log.leaderEpochs().latest();
        int ours = currentEpoch();
        boolean writtenAtOurs = latest.isPresent() && latest.getAsInt() >= ours;
        if (writtenAtOurs || epoch > ours || (latest.isPresent() && epoch <= latest.getAsInt())) {
            return log.leaderEpochs().endOffsetFor(epoch, end);
        }
        return Optional.of(new EpochEnd(epoch == ours ? ours : latest.orElse(epoch), end));
    }

    /** The producers whose sequence is remembered. */
    public List<ActiveProducer> producers() {
        requireLeader();
        return log.producers().active();
    }

    private OffsetAt visible(Optional<TimestampedOffset> found) {
        return found.filter(record -> record.offset() < log.highWatermark())
                .map(record -> new OffsetAt(record.offset(), record.timestamp(), record.leaderEpoch()))
                .orElse(OffsetAt.NONE);
    }

    private int currentEpoch() {
        return role instanceof Role.Leader leader ? leader.leaderEpoch() : NO_EPOCH;
    }

    // ---- delete

    /**
     * Moves the log's start forward; does nothing if it is beyond already.
     *
     * @param toHighWatermark whether all below the high watermark goes, whatever the offset
     * @return the log start offset then
     * @throws ApiException OFFSET_OUT_OF_RANGE for an offset above the high watermark, POLICY_VIOLATION for a log that
     *     nothing but compaction may shorten
     */
    public long deleteRecordsBefore(long offset, boolean toHighWatermark) {
        requireLeader();
        if (!config().isDeleting()) {
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

    // ---- wait

    /** Has a waiter run whenever there may be more to read, or the role has changed. It must only schedule. */
    public void addWaiter(Runnable waiter) {
        waiters.add(waiter);
    }

    public void removeWaiter(Runnable waiter) {
        waiters.remove(waiter);
    }

    void wakeWaiters() {
        waiters.wake();
    }
}
