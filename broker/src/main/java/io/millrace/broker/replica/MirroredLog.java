package io.millrace.broker.replica;

import io.millrace.broker.log.Log;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The log of a topic that is a mirror of another cluster's, as its leader changes it: batches keep their offsets, and
 * nobody else's come in between. Such a topic is one whose {@code mirror.source} is set; as long as it is, {@link LedLog}
 * takes no producers.
 *
 * <p>Invariant: below its end the log has all that the source had there. So a sender may begin anywhere below the end, and
 * nothing is stored twice; who would leave a gap is told where the log ends.
 *
 * <p>Threading: any thread, one at a time, by the partition's lock; those who wait are told after its release.
 */
public final class MirroredLog {
    private static final long NO_TIME = -1;

    private final TopicPartition id;
    private final Log log;
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
    MirroredLog(
            TopicPartition id,
            Log log,
            ReentrantLock lock,
            PartitionRole role,
            Commits commits,
            Waiters followers,
            BrokerTraffic.OfTopic traffic) {
        this.traffic = traffic;
        this.id = id;
        this.log = log;
        this.lock = lock;
        this.role = role;
        this.commits = commits;
        this.followers = followers;
    }

    /**
     * Appends what the log does not have yet. Its start follows the source's, as far as is committed here.
     *
     * @return what is committed once all that the sender has brought is, now or before
     * @throws ApiException POLICY_VIOLATION if this is no mirror of that source, OFFSET_OUT_OF_RANGE if something between
     *     the log's end and these batches is missing, FENCED_LEADER_EPOCH if this broker leads at a lower epoch than the
     *     source's, which has to be raised first; and as producers are refused
     */
    public Appended append(MirroredBatches batches) {
        log.requireRoom();
        boolean grew;
        Appended appended;
        lock.lock();
        try {
            Role.Leader leader = role.requireTaking();
            requireMirrorOf(batches);
            if (!batches.isQuestion()) {
                commits.requireEnoughInSync(leader);
                requireEpoch(batches, leader);
            }
            if (batches.logStartOffset() > log.endOffset()) { // none of what is here, if anything is, exists there
                log.restartAt(batches.logStartOffset());
            }
            grew = !batches.isQuestion() && appendMissing(batches, leader);
            followStart(batches);
            appended = new Appended(log.endOffset(), log.endOffset() - 1, NO_TIME, log.startOffset());
        } finally {
            lock.unlock();
        }
        if (grew) {
            followers.wake();
            commits.appended();
        }
        return appended;
    }

    /**
     * Whether it would take such batches, apart from their offsets and epoch: for who has something else to change first.
     *
     * @throws ApiException as {@link #append} does, where it would not
     */
    public void requireTaking(MirroredBatches batches) {
        Role.Leader leader = role.requireTaking();
        requireMirrorOf(batches);
        commits.requireEnoughInSync(leader);
    }

    private void requireMirrorOf(MirroredBatches batches) {
        if (log.config()
                .mirrorSource()
                .filter(named -> named.covers(batches.source()))
                .isEmpty()) {
            throw new ApiException(
                    ErrorCode.POLICY_VIOLATION,
                    "topic " + id.topic() + " is no mirror of " + batches.source() + ": its mirror.source is "
                            + log.config().mirrorSource().map(Object::toString).orElse("not set"));
        }
    }

    private void requireEpoch(MirroredBatches batches, Role.Leader leader) {
        if (leader.leaderEpoch() < batches.leaderEpoch()) {
            throw new ApiException(
                    ErrorCode.FENCED_LEADER_EPOCH,
                    id + " is led at epoch " + leader.leaderEpoch() + ", its source at " + batches.leaderEpoch());
        }
    }

    private boolean appendMissing(MirroredBatches batches, Role.Leader leader) {
        if (batches.fetchOffset() > log.endOffset()) {
            throw new ApiException(
                    ErrorCode.OFFSET_OUT_OF_RANGE,
                    id + " ends at " + log.endOffset() + "; records from " + batches.fetchOffset()
                            + " on would leave a gap");
        }
        ByteBuffer missing =
                batches.stampedFrom(log.endOffset(), leader.leaderEpoch()).orElse(null);
        if (missing == null) {
            return false;
        }
        int from = missing.position();
        log.append(missing);
        count(missing, from, missing.limit());
        commits.move(leader);
        return true;
    }

    private void count(ByteBuffer batches, int from, int to) {
        long records = 0;
        for (int at = from; at < to; at += BatchHeader.sizeInBytes(batches, at)) {
            records += BatchHeader.recordsCount(batches, at);
        }
        traffic.add(TopicCount.MESSAGES_IN, records);
        traffic.add(TopicCount.BYTES_IN, to - from);
    }

    private void followStart(MirroredBatches batches) {
        long start = Math.min(batches.logStartOffset(), log.highWatermark());
        if (start > log.startOffset()) {
            log.deleteRecordsBefore(start);
        }
    }
}
