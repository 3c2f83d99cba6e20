package io.millrace.broker.replica;

import io.millrace.broker.cluster.PartitionState;
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
import io.millrace.protocol.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One partition on this broker: its log, and what the broker is to it.
 *
 * <p>Threading: appends, truncations and changes of role hold the partition's lock, one at a time; reads take no lock, nor
 * does what followers report. Those who wait are told after the lock is released.
 */
public final class Partition {
    /** What stands for the last epoch of a log, where brokers ask one another for its end. */
    public static final int LAST_EPOCH = Integer.MAX_VALUE;

    private static final int NO_EPOCH = -1;
    private static final long NO_TIME = -1;

    private final TopicPartition id;
    private final int self;
    private final Log log;
    private final ReplicaRuntime runtime;
    private final PartitionReader reader;
    private final Waiters readers = new Waiters();
    private final Waiters followers = new Waiters();
    private final Commits commits;
    private final FollowedLog followed;
    private final InSyncNews news;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Role role = new Role.Offline();

    /**
     * @param self id of this broker
     * @param news is told of followers that may come into the set
     */
    Partition(TopicPartition id, int self, Log log, ReplicaRuntime runtime, InSyncNews news) {
        this.id = id;
        this.self = self;
        this.log = log;
        this.runtime = runtime;
        this.news = news;
        this.reader = new PartitionReader(id, log);
        this.commits = new Commits(id, log, this::leader);
        this.followed = new FollowedLog(id, log);
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

    /**
     * Leads from now on, at an epoch that nobody has led it at before; or goes on leading, with other replicas or another
     * in-sync set.
     *
     * @return whether it is a new epoch here
     */
    boolean lead(List<Integer> replicas, PartitionState state) {
        Role.Leader leader;
        boolean isNew = false;
        lock.lock();
        try {
            if (role instanceof Role.Deleted) {
                return false;
            }
            if (role instanceof Role.Leader now && now.leaderEpoch() == state.leaderEpoch()) {
                now.inSync().update(replicas, state, runtime.ticksMs());
                leader = now;
            } else {
                isNew = true;
                end(role);
                InSync inSync = new InSync(self, replicas, state, runtime.ticksMs());
                leader = new Role.Leader(state.leaderEpoch(), inSync, log.endOffset());
                role = leader;
            }
            commits.move(leader);
        } finally {
            lock.unlock();
        }
        wakeAll();
        commits.tell();
        if (config().isFlushedFirst() && log.highWatermark() < log.endOffset()) {
            log.requestFlush();
        }
        return isNew;
    }

    /** Follows from now on; {@code leader} is -1 while there is none. Changes nothing if it does so already. */
    void follow(int leaderEpoch, int leader) {
        Role.Follower next = new Role.Follower(leaderEpoch, leader);
        if (!role.equals(next)) {
            become(next);
        }
    }

    /** Is neither, until it is told what it is; {@code deleted} if the partition is gone for good. */
    void resign(boolean deleted) {
        become(deleted ? new Role.Deleted() : new Role.Offline());
    }

    private void become(Role next) {
        lock.lock();
        try {
            if (role instanceof Role.Deleted) {
                return;
            }
            end(role);
            role = next;
        } finally {
            lock.unlock();
        }
        wakeAll();
        commits.refuse(notLeading());
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

    /** While another is about to lead: completes when that is over, and the client should look for the leader anew. */
    public Optional<CompletableFuture<Void>> leaving() {
        return role instanceof Role.Leader leader ? leader.leaving() : Optional.empty();
    }

    boolean isLedAt(int leaderEpoch) {
        return role instanceof Role.Leader leader && leader.leaderEpoch() == leaderEpoch;
    }

    boolean isFollowedAt(int leaderEpoch, int leader) {
        return role.equals(new Role.Follower(leaderEpoch, leader));
    }

    /** The epoch at which this broker leads; empty where it does not. */
    public Optional<Integer> leaderEpoch() {
        return leader().map(Role.Leader::leaderEpoch);
    }

    /** Where this broker leads: whether a broker is in the in-sync set, as it is written. */
    public boolean isInSync(int broker) {
        return leader().filter(leader -> leader.inSync().state().isr().contains(broker))
                .isPresent();
    }

    /** Where this broker leads: those who are in sync and have everything below an offset. */
    public List<Integer> inSyncFollowersAt(long offset) {
        return leader().map(leader -> leader.inSync().membersAt(offset)).orElse(List.of());
    }

    Optional<Role.Leader> leader() {
        return role instanceof Role.Leader leader ? Optional.of(leader) : Optional.empty();
    }

    private Role.Leader requireLeader() {
        if (role instanceof Role.Leader leader) {
            return leader;
        }
        throw notLeading();
    }

    private Role.Leader requireTaking() {
        Role.Leader leader = requireLeader();
        if (leader.leaving().isPresent()) {
            throw new ApiException(ErrorCode.NOT_LEADER_OR_FOLLOWER, id + " is being handed over to another broker");
        }
        return leader;
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
        checkEpoch(requireLeader().leaderEpoch(), clientEpoch);
    }

    private void checkEpoch(int ours, int clientEpoch) {
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
            return runtime.clock().millis();
        }
        return BatchHeader.maxTimestamp(records, records.position());
    }

    /** Ends what {@link #tryTake} began, on the same thread. */
    public void giveUp() {
        lock.unlock();
        tellAppended();
    }

    /** @throws ApiException NOT_ENOUGH_REPLICAS if fewer are in sync than acks=all needs */
    public void requireEnoughInSync() {
        commits.requireEnoughInSync(requireLeader());
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
            Role.Leader leader = requireTaking();
            if (onlyAtEpoch != NO_EPOCH && onlyAtEpoch != leader.leaderEpoch()) {
                throw new ApiException(
                        ErrorCode.NOT_LEADER_OR_FOLLOWER, id + " is at leader epoch " + leader.leaderEpoch());
            }
            if (batch.hasProducerId()) {
                SequenceCheck check = log.producers().check(batch);
                if (check instanceof SequenceCheck.Duplicate earlier) {
                    long time = config().isLogAppendTime() ? earlier.timestamp() : NO_TIME;
                    return new Appended(earlier.baseOffset(), earlier.lastOffset(), time, log.startOffset());
                }
            }
            appended = appendStamped(batch, leader);
        } finally {
            lock.unlock();
        }
        if (!lock.isHeldByCurrentThread()) { // if it is, giveUp() tells them
            tellAppended();
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
            Role.Leader leader = requireTaking();
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

    private Appended appendStamped(RecordBatch batch, Role.Leader leader) {
        boolean logAppendTime = config().isLogAppendTime();
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
        return new Appended(baseOffset, log.endOffset() - 1, now, log.startOffset());
    }

    // ---- follow

    /**
     * Appends what the leader gave, and takes over how far it has committed.
     *
     * @param records whole batches, the last perhaps cut; they stay the caller's
     * @throws ApiException NOT_LEADER_OR_FOLLOWER if this broker does not follow at that epoch any more;
     *     CORRUPT_MESSAGE for bytes that are no batches, or none that go on where the log ends
     */
    void appendAsFollower(ByteBuffer records, int leaderEpoch, long leaderHighWatermark, long leaderStart) {
        lock.lock();
        try {
            requireFollowing(leaderEpoch);
            followed.append(records, leaderHighWatermark, leaderStart);
        } finally {
            lock.unlock();
        }
        readers.wake();
    }

    /** Cuts off what the leader does not have, as far as its answer tells; the next fetch may tell more. */
    void truncateAsFollower(EpochEnd leaders, int leaderEpoch) {
        lock.lock();
        try {
            requireFollowing(leaderEpoch);
            followed.truncate(leaders);
        } finally {
            lock.unlock();
        }
    }

    /** Drops everything and begins at an offset: what the leader still has begins behind what is here, or before it. */
    void restartAsFollower(long offset, int leaderEpoch) {
        lock.lock();
        try {
            requireFollowing(leaderEpoch);
            followed.restart(offset);
        } finally {
            lock.unlock();
        }
    }

    private void requireFollowing(int leaderEpoch) {
        if (!(role instanceof Role.Follower follower && follower.leaderEpoch() == leaderEpoch)) {
            throw new ApiException(ErrorCode.NOT_LEADER_OR_FOLLOWER, id + " is not followed at epoch " + leaderEpoch);
        }
    }

    // ---- commit

    /** Looks again how far all who are in sync have come. */
    void recommit() {
        if (role instanceof Role.Leader leader && commits.move(leader)) {
            readers.wake();
            commits.tell();
        }
    }

    private void tellAppended() {
        followers.wake();
        if (log.highWatermark() == log.endOffset()) {
            readers.wake();
            commits.tell();
        }
    }

    /** Whether what was appended is below the high watermark. */
    public boolean isCommitted(Appended appended) {
        return appended.lastOffset() < log.highWatermark();
    }

    /**
     * Completes when what was appended is below the high watermark.
     *
     * @param wantsEnough whether to fail if fewer replicas than acks=all asks for are in sync by then
     * @return cancelled by who waits no more. It fails with ApiException where it may never be: KAFKA_STORAGE_ERROR if
     *     the disk failed, NOT_LEADER_OR_FOLLOWER or UNKNOWN_TOPIC_OR_PARTITION if this broker leads no more,
     *     NOT_ENOUGH_REPLICAS_AFTER_APPEND if too few others are left
     */
    public CompletableFuture<Void> whenCommitted(Appended appended, boolean wantsEnough) {
        CompletableFuture<Void> answer = commits.await(appended, wantsEnough);
        commits.tell();
        try { // what ended before the answer was awaited would not be told any more
            requireLeader();
            log.requireWritable();
            if (config().isFlushedFirst() && !answer.isDone()) {
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
            recommit();
        }

        @Override
        public void flushFailed(ApiException why) {
            commits.refuse(why);
        }
    }

    // ---- read

    /** Whether a read from an offset on touches nothing but what was written so lately that it is still in memory. */
    public boolean isRecent(long offset) {
        return offset == log.highWatermark() || offset == log.endOffset() || log.isRecent(offset);
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
        int ours = requireLeader().leaderEpoch();
        checkEpoch(ours, clientEpoch);
        return read(offset, maxBytes, atLeastOneBatch, lastFetchedEpoch, ours, log.highWatermark());
    }

    /** As {@link #read}, and also where this broker follows: then up to the high watermark that it knows of (KIP-392). */
    public Read readAnywhere(
            long offset, int maxBytes, boolean atLeastOneBatch, int clientEpoch, int lastFetchedEpoch) {
        if (!(role instanceof Role.Follower follower)) {
            return read(offset, maxBytes, atLeastOneBatch, clientEpoch, lastFetchedEpoch);
        }
        checkEpoch(follower.leaderEpoch(), clientEpoch);
        long highWatermark = log.highWatermark();
        if (offset > highWatermark) {
            throw new ApiException(
                    ErrorCode.OFFSET_NOT_AVAILABLE, id + " is committed up to " + highWatermark + " here");
        }
        return read(offset, maxBytes, atLeastOneBatch, lastFetchedEpoch, follower.leaderEpoch(), highWatermark);
    }

    /**
     * Reads for a follower, up to the log's end, and notes how far it has come.
     *
     * @param follower who asks, and in which life
     * @throws ApiException NOT_LEADER_OR_FOLLOWER too for a broker that has no replica
     */
    public Read readAsReplica(
            Follower follower,
            long offset,
            int maxBytes,
            boolean atLeastOneBatch,
            int followersEpoch,
            int lastFetchedEpoch) {
        Role.Leader leader = requireLeader();
        checkEpoch(leader.leaderEpoch(), followersEpoch);
        if (!leader.inSync().isReplica(follower.brokerId())) {
            throw new ApiException(
                    ErrorCode.NOT_LEADER_OR_FOLLOWER, "broker " + follower.brokerId() + " has no replica of " + id);
        }
        long end = log.endOffset();
        Read read = read(offset, maxBytes, atLeastOneBatch, lastFetchedEpoch, leader.leaderEpoch(), end);
        if (read.divergence().isPresent()) {
            return read;
        }
        leader.inSync().fetched(follower.brokerId(), offset, end, runtime.ticksMs(), follower.brokerEpoch());
        recommit();
        if (leader.inSync().mayGrow(follower.brokerId(), log.highWatermark())) {
            news.add(this);
        }
        return new Read(read.records(), log.highWatermark(), read.logStartOffset(), Optional.empty());
    }

    /**
     * A broker that follows.
     *
     * @param brokerEpoch of its registration, -1 if it does not tell
     */
    public record Follower(int brokerId, long brokerEpoch) {}

    private Read read(long offset, int maxBytes, boolean atLeastOne, int lastFetchedEpoch, int ours, long bound) {
        Optional<EpochEnd> divergence = reader.divergence(offset, lastFetchedEpoch, ours);
        return new Read(
                reader.read(
                        offset,
                        divergence.isPresent() ? 0 : maxBytes,
                        divergence.isPresent() ? offset : bound,
                        atLeastOne),
                log.highWatermark(),
                log.startOffset(),
                divergence);
    }

    /**
     * Reads from an offset on up to the log end, at least one batch: for the broker's own state machines, which go on
     * behind what is known to be corrupt.
     */
    public io.millrace.protocol.record.Records readToLogEnd(long offset, int maxBytes) {
        long from = log.nextReadable(offset);
        long end = log.endOffset();
        return reader.read(Math.min(from, end), maxBytes, end, true);
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
        return reader.findEndOfEpoch(epoch, currentEpoch()).orElse(new EpochEnd(NO_EPOCH, -1));
    }

    /** The epoch of the last record and the log's end: for those who compare logs when nobody leads. */
    public EpochEnd lastOfLog() {
        return new EpochEnd(log.leaderEpochs().latest().orElse(NO_EPOCH), log.endOffset());
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
        return leaderEpoch().orElse(NO_EPOCH);
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
        readers.add(waiter);
    }

    /** As {@link #addWaiter}, for what is not committed yet, too. */
    public void addFollower(Runnable waiter) {
        followers.add(waiter);
    }

    /** Takes a waiter of either kind back. */
    public void removeWaiter(Runnable waiter) {
        readers.remove(waiter);
        followers.remove(waiter);
    }

    void wakeAll() {
        readers.wake();
        followers.wake();
    }
}
