package io.millrace.broker.replica;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.log.CorruptRange;
import io.millrace.broker.log.Log;
import io.millrace.broker.log.Logs;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.BufferSlice;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets committed records that a disk here has damaged again from the other replicas, led here or not: a corrupt copy must
 * not outlive the whole ones, and be all there is when its broker comes to lead alone.
 *
 * <p>It asks as a consumer does, since every replica answers that, and what it gets ends at the high watermark. One range
 * after the other, so that little is held.
 *
 * <p>Threading: a lane of its own, where it writes to the disk.
 */
public final class Repairs implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Repairs.class);
    private static final long LOOK_MS = 5_000;
    private static final int MOST_AT_ONCE = 100;
    private static final int MOST_BYTES = 8 << 20;
    private static final short VERSION = 17;
    private static final long TIMEOUT_MS = 10_000;
    private static final int NO_BROKER = -1;
    private static final long NOTHING = -1;
    private static final ByteBuffer NONE = ByteBuffer.allocate(0);

    private final int self;
    private final ClusterStore cluster;
    private final Logs logs;
    private final PeerClient peers;
    private final ReplicaRuntime.Lane lane;

    public Repairs(int self, ClusterStore cluster, Logs logs, PeerClient peers, ReplicaRuntime runtime) {
        this.self = self;
        this.cluster = cluster;
        this.logs = logs;
        this.peers = peers;
        this.lane = runtime.lane("repairs");
    }

    private record Due(Log log, CorruptRange range) {}

    /** A range, who may have it whole, and what the first of these has given so far. */
    private record Repair(
            Log log, CorruptRange range, TopicState topic, Queue<BrokerRegistration> askable, ByteBuffer got) {
        TopicPartition id() {
            return log.topicPartition();
        }
    }

    /** Looks time and again from now on. */
    public void start() {
        lane.after(LOOK_MS, this::look);
    }

    private void look() {
        Queue<Due> due = new ArrayDeque<>();
        for (Log log : logs.all()) {
            for (CorruptRange range : log.corruptRanges()) {
                if (due.size() < MOST_AT_ONCE
                        && log.isWritable()
                        && range.nextOffset() <= log.highWatermark()
                        && range.end() - range.position() <= MOST_BYTES) {
                    due.add(new Due(log, range));
                }
            }
        }
        next(due);
    }

    private Optional<Repair> repair(Log log, CorruptRange range, ClusterView view) {
        TopicPartition id = log.topicPartition();
        return view.topic(id.topic())
                .filter(topic -> topic.id().equals(log.topicId()) && topic.hasPartition(id.partition()))
                .map(topic -> {
                    List<BrokerRegistration> others = topic.replicas(id.partition()).stream()
                            .filter(broker -> broker != self)
                            .flatMap(broker -> view.broker(broker).stream())
                            .toList();
                    ByteBuffer room = ByteBuffer.allocate((int) (range.end() - range.position()));
                    return new Repair(log, range, topic, new ArrayDeque<>(others), room);
                });
    }

    private void next(Queue<Due> due) {
        Optional<Repair> repair = Optional.empty();
        while (repair.isEmpty() && !due.isEmpty()) {
            Due one = due.poll();
            repair = repair(one.log(), one.range(), cluster.view());
        }
        repair.ifPresentOrElse(
                found -> ask(found, found.range().firstOffset(), due), () -> lane.after(LOOK_MS, this::look));
    }

    private void ask(Repair repair, long offset, Queue<Due> due) {
        BrokerRegistration peer = repair.askable().peek();
        if (peer == null) {
            LOG.debug("{}: nobody has {} whole", repair.id(), repair.range());
            next(due);
            return;
        }
        peers.ask(
                        peer,
                        PeerClient.Purpose.CONTROL,
                        ApiKey.FETCH,
                        VERSION,
                        request(repair, offset),
                        FetchResponse.class,
                        TIMEOUT_MS)
                .whenComplete((response, failure) -> lane.execute(() -> answered(repair, offset, response, due)));
    }

    private static FetchRequest request(Repair repair, long offset) {
        FetchRequest.Topic.Partition partition = FetchRequest.Topic.Partition.builder()
                .partition(repair.id().partition())
                .fetchOffset(offset)
                .partitionMaxBytes(repair.got().remaining())
                .build();
        return FetchRequest.builder()
                .replicaState(new FetchRequest.ReplicaState(NO_BROKER, -1))
                .maxWaitMs(0)
                .minBytes(0)
                .maxBytes(repair.got().remaining())
                .sessionId(0)
                .sessionEpoch(-1)
                .topics(List.of(new FetchRequest.Topic("", repair.topic().id(), List.of(partition))))
                .forgottenTopicsData(List.of())
                .rackId("")
                .build();
    }

    private void answered(Repair repair, long offset, FetchResponse response, Queue<Due> due) {
        long next = response == null ? NOTHING : take(repair, offset, response);
        if (next >= 0 && repair.got().hasRemaining()) {
            ask(repair, next, due); // its segments end elsewhere
            return;
        }
        BrokerRegistration peer = repair.askable().poll();
        if (next >= 0 && isRepaired(repair)) {
            LOG.warn(
                    "{}: offsets {} to {} are whole again, with what broker {} has",
                    repair.id(),
                    repair.range().firstOffset(),
                    repair.range().nextOffset() - 1,
                    peer.id());
            next(due);
        } else {
            repair.got().clear();
            ask(repair, repair.range().firstOffset(), due);
        }
    }

    private static boolean isRepaired(Repair repair) {
        try {
            return repair.log().repair(repair.range(), repair.got().flip());
        } catch (ApiException e) {
            LOG.warn("{}: cannot be repaired: {}", repair.id(), e.getMessage());
            return false;
        }
    }

    /** Takes what came; the offset to go on from, or -1 if it is of no use. */
    private static long take(Repair repair, long offset, FetchResponse response) {
        long next = NOTHING;
        for (FetchResponse.Response topic : response.responses()) {
            for (FetchResponse.Response.Partition answer : topic.partitions()) {
                if (answer.records() instanceof BufferSlice slice) {
                    next = take(repair, offset, slice.buffer());
                }
                if (answer.records() != null) {
                    answer.records().release();
                }
            }
        }
        return next;
    }

    private static long take(Repair repair, long offset, ByteBuffer records) {
        try {
            ByteBuffer whole =
                    FollowedBatches.check(repair.id(), records, offset).orElse(NONE);
            long next = NOTHING;
            for (int at = whole.position(); at < whole.limit(); at += BatchHeader.sizeInBytes(whole, at)) {
                if (BatchHeader.magic(whole, at) < BatchHeader.MAGIC) {
                    return NOTHING; // old formats are not repaired
                }
                next = BatchHeader.baseOffset(whole, at) + BatchHeader.lastOffsetDelta(whole, at) + 1;
            }
            ByteBuffer got = repair.got();
            got.put(whole.limit(whole.position() + Math.min(whole.remaining(), got.remaining())));
            return next;
        } catch (ApiException e) {
            return NOTHING; // corrupt there, too
        }
    }

    @Override
    public void close() {
        lane.close();
    }
}
