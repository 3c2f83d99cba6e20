package io.millrace.broker.sim;

import io.millrace.broker.cluster.PartitionState;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ProduceRequest;
import io.millrace.protocol.message.ProduceResponse;
import io.millrace.protocol.record.BatchBuilder;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.BufferSlice;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Sends numbered records to one partition, and sends again what was not acknowledged, in order and with the same
 * sequences, until it is.
 *
 * <p>Threading: the world's thread; everything in one lane.
 */
final class SimProducer {
    private static final short VERSION = 9;
    private static final int ASK_TIMEOUT_MS = 4_000;
    private static final int REQUEST_TIMEOUT_MS = 2_500;

    private final Simulation world;
    private final TopicPartition id;
    private final int acks;
    private final boolean idempotent;
    private final int mostInFlight;
    private final SimLane lane;
    private final Rng rng;
    private final SimPeerClient network;
    private final String name;
    private final int goal;
    private final Deque<Sent> unacknowledged = new ArrayDeque<>();
    private boolean isKnown; // whether anything of this producer id was acknowledged
    private final List<Sent> acknowledged = new ArrayList<>();
    private long producerId;
    private int sequence;
    private int made;
    private int underWay;
    private boolean failed;
    private boolean roundHasFailure;
    private boolean waiting;
    private long lastProgressMs;
    private int newestEpoch;

    /** A batch, and what became of it. */
    static final class Sent {
        final int number;
        final int firstSequence;
        final ByteBuffer bytes;
        final int crc;
        boolean underWay;
        long base = -1;

        Sent(int number, int firstSequence, ByteBuffer bytes) {
            this.number = number;
            this.firstSequence = firstSequence;
            this.bytes = bytes;
            this.crc = BatchHeader.crc(bytes, bytes.position());
        }
    }

    SimProducer(Simulation world, int node, TopicPartition id, int acks, boolean idempotent, int goal) {
        this.world = world;
        this.id = id;
        this.acks = acks;
        this.idempotent = idempotent;
        this.goal = goal;
        this.name = "producer-" + node;
        SimProcess process = world.process(name, 0);
        this.lane = process.lane("client");
        this.rng = process.stream("client");
        this.mostInFlight = idempotent ? (int) rng.between(1, 5) : 1;
        this.network = new SimPeerClient(world.network(), node, process);
        this.producerId = idempotent ? world.nextProducerId() : -1;
    }

    void start() {
        lane.afterUs(rng.below(2_000_000), this::produce);
    }

    TopicPartition id() {
        return id;
    }

    boolean isIdempotent() {
        return idempotent;
    }

    int acks() {
        return acks;
    }

    String name() {
        return name;
    }

    List<Sent> acknowledged() {
        return acknowledged;
    }

    boolean isDone() {
        return made >= goal && unacknowledged.isEmpty();
    }

    /** Makes no more than it has made. */
    void finish() {
        made = Math.max(made, goal);
    }

    /** Produces one batch after the other for a while, beside what it does anyway. */
    void hurry(long untilUs) {
        lane.afterUs(rng.below(3_000), () -> {
            make();
            if (world.scheduler().nowUs() < untilUs) {
                hurry(untilUs);
            }
        });
    }

    private void produce() {
        if (made < goal) {
            make();
            lane.afterUs(world.thinkUs(rng), this::produce);
        }
    }

    private void make() {
        if (made < goal) {
            int oldest = unacknowledged.isEmpty() ? made : unacknowledged.peek().number;
            int most = isKnown ? mostInFlight : 1; // a leader takes any sequence from one that it has not heard of
            int room = most - (made - oldest); // and remembers five batches, not five at each leader
            for (int i = 0; i < room && made < goal && (i == 0 || rng.chance(60)); i++) {
                unacknowledged.add(next());
            }
            send();
        }
    }

    private Sent next() {
        int records = (int) rng.between(1, 3);
        BatchBuilder builder = BatchBuilder.create();
        for (int i = 0; i < records; i++) {
            String text = name + " " + made + "." + i + " ".repeat(rng.below(100));
            builder.append(
                    SimRuntime.EPOCH_MS + world.scheduler().nowMs(), null, text.getBytes(StandardCharsets.UTF_8));
        }
        if (idempotent) {
            builder.producer(producerId, (short) 0, sequence);
        }
        Sent sent = new Sent(made++, sequence, builder.build());
        sequence += records;
        return sent;
    }

    /** Sends what is not under way; after a failure all of it, once nothing is under way any more. */
    private void send() {
        if (waiting || (failed && underWay > 0)) {
            return;
        }
        failed = false;
        Optional<PartitionState> state = world.someView(rng).flatMap(view -> view.partition(id));
        if (state.isEmpty() || !state.get().hasLeader() || state.get().leaderEpoch() < newestEpoch) {
            retry(); // clients do not go back to an older leader
            return;
        }
        newestEpoch = state.get().leaderEpoch();
        roundHasFailure = roundHasFailure && underWay > 0;
        for (Sent sent : List.copyOf(unacknowledged)) {
            if (!sent.underWay) {
                send(sent, state.get().leader());
            }
        }
    }

    private void retry() {
        if (!waiting) {
            waiting = true;
            lane.afterUs(rng.between(20_000, 300_000), () -> {
                waiting = false;
                send();
            });
        }
    }

    private void send(Sent sent, int leader) {
        ProduceRequest request = ProduceRequest.builder()
                .acks((short) acks)
                .timeoutMs(REQUEST_TIMEOUT_MS)
                .topicData(List.of(new ProduceRequest.TopicData(
                        id.topic(),
                        io.millrace.protocol.Uuid.ZERO,
                        List.of(new ProduceRequest.TopicData.PartitionData(
                                id.partition(), new BufferSlice(sent.bytes.duplicate()))))))
                .build();
        sent.underWay = true;
        underWay++;
        world.trace().note(name, "%s: sends batch %s to %s", id, sent.number, leader);
        network.ask(leader, "client", ApiKey.PRODUCE, VERSION, request, acks != 0, ASK_TIMEOUT_MS)
                .whenComplete((response, failure) -> lane.execute(() -> {
                    sent.underWay = false;
                    underWay--;
                    if (failure != null) {
                        failed(sent, failure.getMessage());
                    } else if (acks == 0) {
                        acknowledged(sent, -1);
                    } else {
                        answered(
                                sent,
                                ((ProduceResponse) response)
                                        .responses()
                                        .get(0)
                                        .partitionResponses()
                                        .get(0));
                    }
                }));
    }

    private void answered(Sent sent, ProduceResponse.Response.PartitionResponse answer) {
        ErrorCode error = ErrorCode.of(answer.errorCode());
        if (error == ErrorCode.NONE) {
            acknowledged(sent, answer.baseOffset());
        } else if (error == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER || error == ErrorCode.UNKNOWN_PRODUCER_ID) {
            if (!roundHasFailure && unacknowledged.peek() == sent) {
                outOfOrder(error);
            } else {
                failed(sent, error.name());
            }
        } else {
            failed(sent, error.name());
        }
    }

    private void acknowledged(Sent sent, long base) {
        sent.base = base;
        if (!unacknowledged.remove(sent)) {
            return;
        }
        lastProgressMs = world.scheduler().nowMs();
        isKnown = true;
        world.trace().note(name, "%s: batch %s is acknowledged at %s", id, sent.number, base);
        if (acks != 0) {
            acknowledged.add(sent);
        }
        if (acks == -1) {
            world.ledger().acknowledged(id, base, sent.crc, name + " batch " + sent.number);
        }
        world.countOperation();
        if (failed || made >= goal) {
            send();
        }
    }

    private void failed(Sent sent, String why) {
        world.trace().note(name, "%s: batch %s failed: %s", id, sent.number, why);
        failed = true;
        roundHasFailure = true;
        if (acks == 0) {
            unacknowledged.remove(sent);
        }
        if (underWay == 0) {
            retry();
        }
    }

    /** The leader does not know what came before: that may be only if something was lost. */
    private void outOfOrder(ErrorCode error) {
        if (acks == -1 && !world.ledger().isAnythingForgotten(id)) {
            throw new Violation(
                    "%s: %s is refused with %s, though all before was acknowledged by the whole set", id, name, error);
        }
        world.trace().note(name, "%s: begins anew after %s", id, error);
        unacknowledged.clear(); // the application is told that these failed
        producerId = world.nextProducerId();
        sequence = 0;
        isKnown = false;
    }

    @Override
    public String toString() {
        return name + " of " + id + " with acks=" + acks + (idempotent ? " and sequences" : "") + ", "
                + unacknowledged.size() + " unacknowledged of " + made + ", last progress at " + lastProgressMs;
    }
}
