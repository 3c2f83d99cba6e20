package io.millrace.broker.replica;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.log.LeaderEpochs.EpochEnd;
import io.millrace.broker.quota.ReplicationThrottle;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.FetchResponse.Response;
import io.millrace.protocol.record.BufferSlice;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows what one other broker leads: one fetch after the other over one connection, all partitions in it.
 *
 * <p>When a partition is added while a fetch waits at the leader, a second one is sent behind it, which makes the leader
 * answer the first: a new leader need not wait for its followers until a fetch that knows nothing of them is over.
 *
 * <p>Threading: all of it in a lane of its own, where appends may wait for the disk; the public methods from any thread.
 */
final class LeaderFetcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderFetcher.class);
    private static final short VERSION = 17;
    private static final long GRACE_MS = 10_000; // of a leader that is slow to answer, beyond the wait
    private static final long OWN_DISK_RETRY_MS = 5_000;

    private final int leader;
    private final int self;
    private final ClusterStore cluster;
    private final PeerClient peers;
    private final ReplicaConfig config;
    private final ReplicaRuntime.Lane lane;
    private final FollowerThrottle throttle;
    private final FollowerSession session;
    private final Refusals refusals;
    private final FetcherMeters meters;
    private int underWay;
    private long brokerEpoch = -1; // stays when this broker takes leave: it follows to the end
    private boolean planned; // to say more
    private boolean backingOff;
    private boolean closed;
    private int life; // of the connection: answers of earlier ones are dropped

    LeaderFetcher(
            int leader,
            int self,
            ClusterStore cluster,
            PeerClient peers,
            ReplicaConfig config,
            ReplicationThrottle following,
            ReplicaRuntime runtime,
            FetcherMeters meters) {
        this.leader = leader;
        this.meters = meters;
        this.self = self;
        this.cluster = cluster;
        this.peers = peers;
        this.config = config;
        this.lane = runtime.lane("follow-" + leader);
        this.throttle = new FollowerThrottle(following);
        this.session = new FollowerSession(self, config, throttle);
        this.refusals = new Refusals(config.fetchBackoffMs());
    }

    void add(Followed followed) {
        lane.execute(() -> {
            throttle.forget(followed.key());
            session.add(followed);
            moreSoon();
        });
    }

    void remove(Followed followed) {
        lane.execute(() -> {
            session.remove(followed);
            throttle.forget(followed.key());
            refusals.forget(followed);
            moreSoon();
        });
    }

    /** With all the changes that wait in the lane by now: of a broker that is gone, a thousand partitions move at once. */
    private void moreSoon() {
        if (!planned) {
            planned = true;
            lane.execute(() -> {
                planned = false;
                more();
            });
        }
    }

    /** Sends what there is to say, if the leader does not know it yet. */
    private void more() {
        boolean mayPipeline = underWay == 1 && session.hasChanged() && !session.isOpening();
        if (!closed && !backingOff && (underWay == 0 || mayPipeline) && !(underWay == 0 && session.isEmpty())) {
            fetch();
        }
    }

    private void fetch() {
        Optional<BrokerRegistration> peer = cluster.view().broker(leader);
        if (peer.isEmpty()) {
            backOff();
            return;
        }
        brokerEpoch = cluster.view().broker(self).map(BrokerRegistration::epoch).orElse(brokerEpoch);
        FetchRequest request = session.next(brokerEpoch);
        underWay++;
        meters.asks(peer.get());
        int sentIn = life;
        long fetch = session.fetches();
        peers.ask(
                        peer.get(),
                        PeerClient.Purpose.REPLICATION,
                        ApiKey.FETCH,
                        VERSION,
                        request,
                        FetchResponse.class,
                        config.fetchWaitMs() + GRACE_MS)
                .whenComplete((response, failure) -> lane.execute(() -> answered(sentIn, fetch, response, failure)));
    }

    private void answered(int sentIn, long fetch, FetchResponse response, Throwable failure) {
        if (sentIn != life || closed) {
            if (response != null) {
                release(response);
            }
            return;
        }
        underWay--;
        if (failure != null) {
            LOG.debug("Fetching from broker {}: {}", leader, failure.toString());
            startOver();
            return;
        }
        try {
            take(fetch, response);
        } finally {
            release(response);
        }
        more();
    }

    private void startOver() {
        life++;
        underWay = 0;
        session.reset();
        backOff();
    }

    private void backOff() {
        if (!backingOff) {
            backingOff = true;
            lane.after(config.fetchBackoffMs(), () -> {
                backingOff = false;
                more();
            });
        }
    }

    private void take(long fetch, FetchResponse response) {
        ErrorCode error = ErrorCode.of(response.errorCode());
        if (error != ErrorCode.NONE) {
            LOG.debug("Broker {} refuses a fetch: {}", leader, error);
            startOver();
            return;
        }
        session.opened(response.sessionId());
        for (Response topic : response.responses()) {
            for (Response.Partition answer : topic.partitions()) {
                session.find(new Followed.Key(topic.topicId(), answer.partitionIndex()), fetch)
                        .ifPresent(followed -> take(followed, answer));
            }
        }
    }

    private void take(Followed followed, Response.Partition answer) {
        try {
            ErrorCode error = ErrorCode.of(answer.errorCode());
            if (error == ErrorCode.NONE) {
                refusals.forget(followed);
            }
            if (error == ErrorCode.OFFSET_OUT_OF_RANGE) {
                restart(followed, answer);
            } else if (error != ErrorCode.NONE) {
                pause(followed, refusals.refused(followed));
            } else if (answer.divergingEpoch().epoch() >= 0
                    || answer.divergingEpoch().endOffset() >= 0) {
                EpochEnd leaders = new EpochEnd(
                        answer.divergingEpoch().epoch(), answer.divergingEpoch().endOffset());
                followed.partition().truncateAsFollower(leaders, followed.leaderEpoch());
                session.moved(followed);
            } else {
                append(followed, answer);
            }
        } catch (ApiException e) {
            failed(followed, e);
        }
    }

    private void append(Followed followed, Response.Partition answer) {
        ByteBuffer records =
                answer.records() instanceof BufferSlice slice ? slice.buffer() : BufferSlice.EMPTY.buffer();
        Partition partition = followed.partition();
        long before = partition.log().endOffset();
        partition.appendAsFollower(records, followed.leaderEpoch(), answer.highWatermark(), answer.logStartOffset());
        if (partition.log().endOffset() != before) {
            session.moved(followed);
        }
        count(partition, records.remaining());
        throttle.fetched(followed, records.remaining(), answer.highWatermark());
        long waitMs = throttle.waitMs(followed);
        if (waitMs > 0) {
            pause(followed, waitMs);
        }
    }

    private void count(Partition partition, int bytes) {
        if (bytes > 0) {
            TopicPartition id = partition.id();
            meters.took(bytes);
            boolean isNew = cluster.view()
                    .topic(id.topic())
                    .filter(topic -> topic.addingReplicas(id.partition()).contains(self))
                    .isPresent();
            if (isNew) {
                partition.traffic().add(TopicCount.REASSIGNMENT_BYTES_IN, bytes);
            }
        }
    }

    /** The leader's log begins behind the end of this one, or ends before the begin of it: nothing here is of use. */
    private void restart(Followed followed, Response.Partition answer) {
        if (answer.logStartOffset() < 0) {
            pause(followed, config.fetchBackoffMs());
            return;
        }
        LOG.warn(
                "{}: ends at {}, and the leader's log begins at {}: begun anew from there",
                followed.partition().id(),
                followed.partition().log().endOffset(),
                answer.logStartOffset());
        followed.partition().restartAsFollower(answer.logStartOffset(), followed.leaderEpoch());
        session.moved(followed);
    }

    private void failed(Followed followed, ApiException e) {
        if (e.error() == ErrorCode.NOT_LEADER_OR_FOLLOWER || e.error() == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) {
            session.remove(followed); // its role has changed, whoever changed it tells
            refusals.forget(followed);
            return;
        }
        LOG.warn("{}: cannot take what broker {} gave: {}", followed.partition().id(), leader, e.getMessage());
        pause(followed, e.error() == ErrorCode.KAFKA_STORAGE_ERROR ? OWN_DISK_RETRY_MS : config.fetchBackoffMs());
    }

    private void pause(Followed followed, long ms) {
        session.remove(followed);
        lane.after(ms, () -> {
            if (!closed && session.find(followed.key()).isEmpty() && isStillFollowed(followed)) {
                resume(followed);
            }
        });
    }

    private void resume(Followed followed) {
        long waitMs = throttle.waitMs(followed);
        if (waitMs > 0) {
            pause(followed, waitMs);
        } else {
            session.add(followed);
            more();
        }
    }

    private boolean isStillFollowed(Followed followed) {
        return followed.partition().isFollowedAt(followed.leaderEpoch(), leader);
    }

    private static void release(FetchResponse response) {
        for (Response topic : response.responses()) {
            for (Response.Partition partition : topic.partitions()) {
                if (partition.records() != null) {
                    partition.records().release();
                }
            }
        }
    }

    @Override
    public void close() {
        lane.execute(() -> {
            closed = true;
            meters.forget();
        });
        lane.close();
    }
}
