package io.millrace.broker.sim;

import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads one partition from its begin on, mostly at its leader, sometimes at another replica, and has the ledger judge
 * everything that it is given.
 *
 * <p>Threading: the world's thread; everything in one lane.
 */
final class SimConsumer {
    private static final short VERSION = 12;
    private static final int ASK_TIMEOUT_MS = 3_000;

    private final Simulation world;
    private final TopicPartition id;
    private final SimLane lane;
    private final Rng rng;
    private final SimPeerClient network;
    private final String name;
    private final Map<Integer, Long> highWatermarks = new HashMap<>(); // by leader epoch, as its leader told it
    private long position;
    private int newestEpoch;

    SimConsumer(Simulation world, int node, TopicPartition id) {
        this.world = world;
        this.id = id;
        this.name = "consumer-" + node;
        SimProcess process = world.process(name, 0);
        this.lane = process.lane("client");
        this.rng = process.stream("client");
        this.network = new SimPeerClient(world.network(), node, process);
    }

    void start() {
        lane.afterUs(rng.below(2_000_000), this::fetch);
    }

    long position() {
        return position;
    }

    TopicPartition id() {
        return id;
    }

    private void again(boolean soon) {
        lane.afterUs(soon ? rng.below(20_000) : rng.between(50_000, 300_000), this::fetch);
    }

    private void fetch() {
        Optional<ClusterView> view = world.someView(rng);
        Optional<PartitionState> found = view.flatMap(known -> known.partition(id));
        if (found.isEmpty() || !found.get().hasLeader()) {
            again(false);
            return;
        }
        PartitionState state = found.get();
        if (state.leaderEpoch() < newestEpoch) { // from a broker that has not heard of it: clients do not go back
            again(false);
            return;
        }
        newestEpoch = state.leaderEpoch();
        TopicState topic = view.get().topic(id.topic()).orElseThrow();
        boolean atLeader = rng.chance(75);
        int broker = atLeader ? state.leader() : rng.pick(topic.replicas(id.partition()));
        FetchRequest request = FetchRequest.builder()
                .maxWaitMs((int) rng.between(10, 500))
                .minBytes(1)
                .maxBytes(1 << 20)
                .sessionEpoch(-1)
                .topics(List.of(new FetchRequest.Topic(
                        id.topic(),
                        Uuid.ZERO,
                        List.of(FetchRequest.Topic.Partition.builder()
                                .partition(id.partition())
                                .currentLeaderEpoch(state.leaderEpoch())
                                .fetchOffset(position)
                                .lastFetchedEpoch(-1)
                                .logStartOffset(-1)
                                .partitionMaxBytes((int) rng.between(100, 2_000))
                                .build()))))
                .rackId(atLeader ? "" : "rack-" + broker % 2)
                .build();
        network.ask(broker, "client", ApiKey.FETCH, VERSION, request, true, ASK_TIMEOUT_MS)
                .whenComplete((response, failure) -> lane.execute(() -> {
                    if (failure != null) {
                        again(false);
                        return;
                    }
                    FetchResponse answer = (FetchResponse) response;
                    if (answer.errorCode() != 0 || answer.responses().isEmpty()) {
                        again(false);
                    } else {
                        take(
                                broker,
                                state,
                                answer.responses().get(0).partitions().get(0));
                    }
                }));
    }

    private void take(int broker, PartitionState state, FetchResponse.Response.Partition answer) {
        ErrorCode error = ErrorCode.of(answer.errorCode());
        boolean isLeader = broker == state.leader();
        if (error == ErrorCode.OFFSET_OUT_OF_RANGE && isLeader) {
            if (!world.ledger().isAnythingForgotten(id)) {
                throw new Violation(
                        "%s: %s has read up to %s, which leader %s does not know at epoch %s",
                        id, name, position, broker, state.leaderEpoch());
            }
            position = world.ledger().committedEnd(id);
        }
        if (error != ErrorCode.NONE) {
            again(false);
            return;
        }
        if (isLeader) {
            Long before = highWatermarks.put(state.leaderEpoch(), answer.highWatermark());
            if (before != null && before > answer.highWatermark()) {
                throw new Violation(
                        "%s: %s saw the high watermark of leader %s at epoch %s go back from %s to %s",
                        id, name, broker, state.leaderEpoch(), before, answer.highWatermark());
            }
        }
        boolean any = false;
        RecordBatches batches = new RecordBatches(Copy.bytes(answer.records()));
        while (batches.hasNext()) {
            RecordBatch batch = batches.next();
            if (!batch.hasValidCrc()) {
                throw new Violation("%s: %s was given a broken batch at %s", id, name, batch.baseOffset());
            }
            StoredBatch stored = StoredBatch.of(batch);
            if (stored.last() >= answer.highWatermark()) {
                throw new Violation(
                        "%s: %s was given %s, the high watermark is %s", id, name, stored, answer.highWatermark());
            }
            if (stored.last() >= position) {
                if (stored.base() > position) {
                    throw new Violation("%s: %s asked for %s and was given %s", id, name, position, stored);
                }
                world.ledger().consumed(id, stored, name + " by broker " + broker);
                position = stored.last() + 1;
                any = true;
                world.countOperation();
            }
        }
        again(any);
    }
}
