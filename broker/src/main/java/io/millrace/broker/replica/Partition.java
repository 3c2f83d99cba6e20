package io.millrace.broker.replica;

import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.log.LeaderEpochs.EpochEnd;
import io.millrace.broker.log.Log;
import io.millrace.broker.log.LogConfig;
import io.millrace.broker.log.ProducerStates.ActiveProducer;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.Records;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One partition on this broker, as all others use it: its log, what the broker is to it, and who waits for it.
 *
 * <p>What it does is done in its parts: {@link PartitionRole} (what this broker is to it), {@link LedLog} and {@link
 * FollowedLog} (the log as a leader and as a follower change it), {@link Commits}, {@link PartitionReader}, {@link
 * FollowerReads} and {@link PartitionOffsets}.
 *
 * <p>Threading: appends, truncations and changes of role hold the partition's lock, one at a time; reads take no lock, nor
 * does what followers report. Those who wait are told after the lock is released. Inside of that lock are those of the
 * log and of {@link InSync}, never the other way round.
 */
public final class Partition {
    /** What stands for the last epoch of a log, where brokers ask one another for its end. */
    public static final int LAST_EPOCH = Integer.MAX_VALUE;

    private static final int ANY_EPOCH = -1;

    private final TopicPartition id;
    private final Log log;
    private final BrokerTraffic.OfTopic traffic;
    private final Waiters readers = new Waiters();
    private final Waiters followers = new Waiters();
    private final PartitionRole role;
    private final Commits commits;
    private final LedLog led;
    private final MirroredLog mirrored;
    private final FollowedLog followed;
    private final PartitionOffsets offsets;
    private final PartitionReader reader;
    private final FollowerReads followerReads;
    private volatile long followerLag;

    /**
     * @param self id of this broker
     * @param news is told of followers that may come into the set
     * @param traffic counts what goes in and out of the topic
     */
    Partition(
            TopicPartition id,
            int self,
            Log log,
            ReplicaRuntime runtime,
            InSyncNews news,
            BrokerTraffic.OfTopic traffic) {
        this.traffic = traffic;
        this.id = id;
        this.log = log;
        ReentrantLock lock = new ReentrantLock();
        this.role = new PartitionRole(id, self, log, runtime, lock);
        this.commits = new Commits(id, log, role, readers);
        this.led = new LedLog(id, log, runtime, lock, role, commits, followers, traffic);
        this.mirrored = new MirroredLog(id, log, lock, role, commits, followers, traffic);
        this.followed = new FollowedLog(id, log, lock, role);
        this.offsets = new PartitionOffsets(id, log, role);
        this.reader = new PartitionReader(id, log, role, offsets);
        this.followerReads = new FollowerReads(id, log, runtime, role, reader, commits, () -> news.add(this));
        log.tellFlushesTo(commits);
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

    /** Counts what goes in and out of its topic. */
    public BrokerTraffic.OfTopic traffic() {
        return traffic;
    }

    // ---- role

    /**
     * Leads from now on, at an epoch that nobody has led it at before; or goes on leading, with other replicas or another
     * in-sync set.
     *
     * @return whether it is a new epoch here
     */
    boolean lead(List<Integer> replicas, PartitionState state) {
        boolean isNew = role.lead(replicas, state);
        Optional<Role.Leader> leader = role.leader();
        if (leader.isPresent()) {
            commits.move(leader.get());
            wakeAll();
            commits.tell();
            if (config().isFlushedFirst() && log.highWatermark() < log.endOffset()) {
                log.requestFlush();
            }
        }
        return isNew;
    }

    /** Follows from now on; {@code leader} is -1 while there is none. Changes nothing if it does so already. */
    void follow(int leaderEpoch, int leader) {
        Role.Follower next = new Role.Follower(leaderEpoch, leader);
        if (!role.now().equals(next)) {
            become(next);
        }
    }

    /** Is neither, until it is told what it is; {@code deleted} if the partition is gone for good. */
    void resign(boolean deleted) {
        become(deleted ? new Role.Deleted() : new Role.Offline());
    }

    private void become(Role next) {
        if (role.become(next)) {
            wakeAll();
            commits.refuse(role.notLeading());
        }
    }

    /**
     * Takes no more records, since another is to lead; all else goes on.
     *
     * @return whether this broker leads at that epoch and was not leaving already
     */
    boolean leave(int leaderEpoch) {
        return role.leave(leaderEpoch);
    }

    /** Takes records again: the hand-over did not come about. */
    void stay(int leaderEpoch) {
        role.stay(leaderEpoch);
    }

    /** While another is about to lead: completes when that is over, and the client should look for the leader anew. */
    public Optional<CompletableFuture<Void>> leaving() {
        return role.now() instanceof Role.Leader leader ? leader.leaving() : Optional.empty();
    }

    boolean isLedAt(int leaderEpoch) {
        return role.ledEpoch() == leaderEpoch;
    }

    boolean isFollowedAt(int leaderEpoch, int leader) {
        return role.now().equals(new Role.Follower(leaderEpoch, leader));
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
        return role.leader();
    }

    /** Whether this broker leads it. */
    public boolean isLed() {
        return role.now() instanceof Role.Leader;
    }

    /** Whether this broker leads or follows it: what it is to be, and not at a loss. */
    public boolean isServed() {
        return isLed() || role.now() instanceof Role.Follower;
    }

    /** Whom this broker follows; empty where it leads, or has nobody to follow. */
    Optional<Integer> followedLeader() {
        return role.now() instanceof Role.Follower follower && follower.leader() >= 0
                ? Optional.of(follower.leader())
                : Optional.empty();
    }

    /** How many records this follower was behind when it last heard of its leader. */
    long followerLag() {
        return followedLeader().isPresent() ? followerLag : 0;
    }

    /** How many replicas are in sync, where this broker leads; else 0. */
    public int inSyncCount() {
        return leader().map(leader -> leader.inSync().size()).orElse(0);
    }

    /** How many replicas there are, where this broker leads; else 0. */
    public int replicaCount() {
        return leader().map(leader -> leader.inSync().replicaCount()).orElse(0);
    }

    /** Whether this broker leads it, and not all replicas are in sync. */
    public boolean isUnderReplicated() {
        return leader().filter(
                        leader -> leader.inSync().size() < leader.inSync().replicaCount())
                .isPresent();
    }

    /** How many more replicas are in sync than acks=all asks for, where this broker leads; else many. */
    public int inSyncSurplus() {
        return leader().map(commits::surplus).orElse(Integer.MAX_VALUE);
    }

    /**
     * Checks the epoch that a client believes in, -1 for none.
     *
     * @throws ApiException FENCED_LEADER_EPOCH if the client's is old, UNKNOWN_LEADER_EPOCH if ours is,
     *     NOT_LEADER_OR_FOLLOWER if this broker does not lead
     */
    public void checkLeaderEpoch(int clientEpoch) {
        role.checkEpoch(role.requireLeader().leaderEpoch(), clientEpoch);
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
        return led.tryTake(records);
    }

    /** Ends what {@link #tryTake} began, on the same thread. */
    public void giveUp() {
        led.giveUp();
    }

    /** @throws ApiException NOT_ENOUGH_REPLICAS if fewer are in sync than acks=all needs */
    public void requireEnoughInSync() {
        commits.requireEnoughInSync(role.requireLeader());
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
        return append(batch, ANY_EPOCH);
    }

    /**
     * Appends a batch as {@link #append(RecordBatch)} does, at one leader epoch and no other: for the broker's own state
     * machines, which may use the space that producers have to leave.
     *
     * @throws ApiException NOT_LEADER_OR_FOLLOWER too if that epoch is over
     */
    public Appended append(RecordBatch batch, int onlyAtEpoch) {
        return led.append(batch, onlyAtEpoch);
    }

    /**
     * Appends batches of one message set one behind the other, with nobody's in between.
     *
     * @param batches without producer, at least one; otherwise as {@link #append(RecordBatch)}
     * @throws ApiException as there; what was appended before the disk failed stays
     */
    public Appended appendAll(List<RecordBatch> batches) {
        log.requireRoom();
        return led.appendAll(batches);
    }

    /** The log as it is changed where the topic is a mirror of another cluster's. */
    public MirroredLog mirrored() {
        return mirrored;
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
        followed.append(records, leaderEpoch, leaderHighWatermark, leaderStart);
        followerLag = Math.max(0, leaderHighWatermark - log.endOffset());
        traffic.add(TopicCount.REPLICATION_BYTES_IN, records.remaining());
        readers.wake();
    }

    /** Cuts off what the leader does not have, as far as its answer tells; the next fetch may tell more. */
    void truncateAsFollower(EpochEnd leaders, int leaderEpoch) {
        followed.truncate(leaders, leaderEpoch);
    }

    /** Drops everything and begins at an offset: what the leader still has begins behind what is here, or before it. */
    void restartAsFollower(long offset, int leaderEpoch) {
        followed.restart(offset, leaderEpoch);
    }

    // ---- commit

    /** Looks again how far all who are in sync have come. */
    void recommit() {
        commits.look();
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
        return commits.await(appended, wantsEnough);
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
        return reader.read(offset, maxBytes, atLeastOneBatch, clientEpoch, lastFetchedEpoch);
    }

    /** As {@link #read}, and also where this broker follows: then up to the high watermark that it knows of (KIP-392). */
    public Read readAnywhere(
            long offset, int maxBytes, boolean atLeastOneBatch, int clientEpoch, int lastFetchedEpoch) {
        return reader.readAnywhere(offset, maxBytes, atLeastOneBatch, clientEpoch, lastFetchedEpoch);
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
        return followerReads.read(follower, offset, maxBytes, atLeastOneBatch, followersEpoch, lastFetchedEpoch);
    }

    /**
     * Reads from an offset on up to the log end, at least one batch: for the broker's own state machines, which go on
     * behind what is known to be corrupt.
     */
    public Records readToLogEnd(long offset, int maxBytes) {
        return reader.readToLogEnd(offset, maxBytes);
    }

    // ---- look up

    /** The high watermark, or the log end for who may see past it. */
    public OffsetAt end(boolean logEnd) {
        return offsets.end(logEnd);
    }

    /** The first offset. */
    public OffsetAt start() {
        return offsets.start();
    }

    /** The first record with this time or a later one, below the high watermark. */
    public OffsetAt offsetAt(long timestamp) {
        return offsets.ofTime(timestamp);
    }

    /** The record with the largest time. */
    public OffsetAt offsetOfMaxTimestamp() {
        return offsets.ofMaxTimestamp();
    }

    /** Where the records of a leader epoch end, as OffsetForLeaderEpoch tells it; -1 and -1 where nothing is known. */
    public EpochEnd endOfEpoch(int epoch) {
        return offsets.endOfEpoch(epoch);
    }

    /** The epoch of the last record and the log's end: for those who compare logs when nobody leads. */
    public EpochEnd lastOfLog() {
        return offsets.lastOfLog();
    }

    /** The producers whose sequence is remembered. */
    public List<ActiveProducer> producers() {
        role.requireLeader();
        return log.producers().active();
    }

    /** Whether the log knows the sequence of a producer. */
    public boolean knowsProducer(long producerId) {
        return log.producers().knows(producerId);
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
        return led.deleteRecordsBefore(offset, toHighWatermark);
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

    /** How many wait for what is not there yet: fetches, each at every partition that it reads. */
    int waitingFetches() {
        return readers.size() + followers.size();
    }

    /** How many produces wait until they are committed. */
    int waitingProduces() {
        return commits.waiting();
    }

    void wakeAll() {
        readers.wake();
        followers.wake();
    }
}
