package io.millrace.tools.mirror;

import io.millrace.client.IsolationLevel;
import io.millrace.client.MillraceException;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.Limits;
import io.millrace.client.net.Target;
import io.millrace.client.net.Topology;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.ProduceRequest;
import io.millrace.protocol.message.ProduceRequest.TopicData;
import io.millrace.protocol.message.ProduceResponse;
import io.millrace.protocol.message.ProduceResponse.Response.PartitionResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends batches as an idempotent producer does, as they are but for what their headers say of producer and sequence; the
 * target gives them offsets, which are noted as {@link OffsetPairs}.
 *
 * <p>A request has one batch of each partition, as brokers want it, and so many are under way to one broker as brokers know
 * again when they come twice. Whatever goes wrong makes the partition begin anew where {@link Recovery} finds it.
 *
 * <p>Threading: the I/O thread; recovery has a thread of its own.
 */
final class RestampAppends implements Destination {
    private static final Logger LOG = LoggerFactory.getLogger(RestampAppends.class);
    private static final Duration COMMIT = Duration.ofSeconds(30);

    /** So many batches of a producer a broker knows again. */
    private static final int MOST_REQUESTS = 5;

    private static final int REQUEST_BYTES = 4 << 20;
    private static final int REFUSALS = 3;

    private final ClusterClient target;
    private final Flow flow;
    private final Recovery recovery;
    private final PairsWriter writer;
    private final Executor recoveryThread;
    private final Runnable kick;
    private final Map<PartitionCopy, Outbox> outboxes = new LinkedHashMap<>();
    private final Map<Integer, Integer> requests = new HashMap<>();

    RestampAppends(
            ClusterClient target,
            Flow flow,
            Recovery recovery,
            PairsWriter writer,
            Executor recoveryThread,
            Runnable kick) {
        this.target = target;
        this.flow = flow;
        this.recovery = recovery;
        this.writer = writer;
        this.recoveryThread = recoveryThread;
        this.kick = kick;
    }

    /** A batch in a request. */
    private record Sent(Outbox outbox, Parcel parcel) {}

    @Override
    public IsolationLevel isolation() {
        return IsolationLevel.READ_COMMITTED;
    }

    @Override
    public void ask(List<PartitionCopy> copies) {
        copies.forEach(copy -> {
            Outbox outbox = outboxes.get(copy);
            if (outbox != null) {
                outbox.clear();
            }
            int generation = copy.generation();
            boolean renamed = outbox != null && outbox.refusals() >= REFUSALS;
            Optional<OffsetPairs> known = Optional.ofNullable(outbox).map(Outbox::pairs);
            recoveryThread.execute(() -> recover(copy, generation, known, renamed));
        });
    }

    /** On the recovery thread. */
    private void recover(PartitionCopy copy, int generation, Optional<OffsetPairs> known, boolean renamed) {
        try {
            OffsetPairs pairs = recovery.resume(copy, known, renamed);
            target.thread().run(() -> recovered(copy, generation, pairs, renamed));
        } catch (MillraceException e) {
            notRecovered(copy, generation, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the mirror ends
        } catch (RuntimeException e) { // of this thread nobody else would hear
            LOG.error("Where {} goes on was not found; tries again", copy.target(), e);
            notRecovered(copy, generation, e.toString());
        }
    }

    private void notRecovered(PartitionCopy copy, int generation, String why) {
        target.thread().run(() -> {
            if (generation == copy.generation()) {
                copy.interrupt(why);
                kick.run();
            }
        });
    }

    private void recovered(PartitionCopy copy, int generation, OffsetPairs pairs, boolean renamed) {
        if (generation != copy.generation()) {
            return;
        }
        Outbox outbox = outboxes.computeIfAbsent(copy, key -> new Outbox(copy, pairs));
        outbox.begin(pairs);
        if (renamed) {
            outbox.renamed();
        }
        copy.pairsAre(pairs);
        copy.targetIs(copy.targetStart(), pairs.place().targetNext());
        copy.goOnAt(pairs.place().sourceNext());
        kick.run();
    }

    @Override
    public void sourceStartsAt(PartitionCopy copy, long offset) {
        if (copy.position() < offset) {
            copy.interrupt(copy.source() + " begins at " + offset + " by now");
        }
    }

    @Override
    public void forget(PartitionCopy copy) {
        Outbox outbox = outboxes.remove(copy);
        if (outbox != null) {
            outbox.clear();
        }
        writer.forget(copy);
    }

    @Override
    public void send(List<Portion> portions) {
        for (Portion portion : portions) {
            PartitionCopy copy = portion.copy();
            Parcel.Crate crate = new Parcel.Crate(portion, () -> {
                copy.landed(portion.bytes());
                flow.give(portion.bytes());
            });
            Outbox outbox = outboxes.get(copy);
            if (outbox != null && portion.generation() == copy.generation()) {
                outbox.take(portion, crate).ifPresent(why -> {
                    LOG.error("{}", why);
                    copy.stop(why);
                });
            }
            crate.sent();
            crate.landed();
        }
        run();
    }

    /** Sends what can go. */
    @Override
    public void run() {
        Topology topology = target.routing().topology();
        Map<Integer, List<Outbox>> byLeader = new LinkedHashMap<>();
        for (Outbox outbox : outboxes.values()) {
            PartitionCopy copy = outbox.copy();
            if (copy.state() != PartitionCopy.State.COPYING) {
                outbox.clear();
            }
            for (Optional<Parcel> next = outbox.pollEmpty(); next.isPresent(); next = outbox.pollEmpty()) {
                passed(outbox, next.get());
            }
            if (outbox.isDue()) {
                int leader = topology.leader(copy.target());
                if (leader == Topology.NO_LEADER) {
                    outbox.clear();
                    copy.interrupt("nobody leads " + copy.target() + " in the target");
                    target.routing().doubt();
                } else {
                    byLeader.computeIfAbsent(leader, id -> new ArrayList<>()).add(outbox);
                }
            }
        }
        byLeader.forEach(this::send);
    }

    private void send(int leader, List<Outbox> due) {
        while (requests.getOrDefault(leader, 0) < MOST_REQUESTS) {
            List<Sent> sent = new ArrayList<>();
            int bytes = 0;
            for (Outbox outbox : due) {
                Optional<Parcel> parcel = bytes < REQUEST_BYTES ? outbox.poll(leader, MOST_REQUESTS) : Optional.empty();
                if (parcel.isPresent()) {
                    sent.add(new Sent(outbox, parcel.get()));
                    bytes += parcel.get().bytes();
                }
            }
            if (sent.isEmpty()) {
                return;
            }
            requests.merge(leader, 1, Integer::sum);
            request(leader, sent);
        }
    }

    private void request(int leader, List<Sent> sent) {
        Map<String, List<TopicData.PartitionData>> byTopic = new LinkedHashMap<>();
        for (Sent its : sent) {
            TopicPartition partition = its.outbox().copy().target();
            byTopic.computeIfAbsent(partition.topic(), topic -> new ArrayList<>())
                    .add(new TopicData.PartitionData(
                            partition.partition(), its.parcel().records()));
        }
        Topology topology = target.routing().topology();
        Map<Uuid, String> names = new HashMap<>();
        List<TopicData> topics = new ArrayList<>();
        byTopic.forEach((name, partitions) -> {
            Uuid id = topology.topic(name).map(Topology.Topic::id).orElse(Uuid.ZERO);
            names.put(id, name);
            topics.add(new TopicData(name, id, partitions));
        });
        ProduceRequest request = new ProduceRequest(null, (short) -1, (int) COMMIT.toMillis(), topics);
        Limits limits = Limits.NONE.within(COMMIT.plus(target.config().requestTimeout()));
        target.call(Target.broker(leader), request, limits).whenComplete((answer, failure) -> {
            requests.merge(leader, -1, Integer::sum);
            if (failure == null) {
                answered(sent, names, answer);
            } else {
                String why = ClusterClient.asMillrace(failure).getMessage();
                sent.forEach(its -> failed(its, why));
                target.routing().doubt();
            }
            run();
            kick.run();
        });
    }

    private void answered(List<Sent> sent, Map<Uuid, String> names, ProduceResponse answer) {
        Map<TopicPartition, PartitionResponse> told = new HashMap<>();
        for (ProduceResponse.Response topic : answer.responses()) {
            String name = topic.name().isEmpty() ? names.getOrDefault(topic.topicId(), "") : topic.name();
            topic.partitionResponses()
                    .forEach(partition -> told.put(new TopicPartition(name, partition.index()), partition));
        }
        for (Sent its : sent) {
            PartitionResponse partition = told.get(its.outbox().copy().target());
            if (partition == null) {
                failed(its, "the target's broker did not tell what became of it");
            } else if (ErrorCode.of(partition.errorCode()) == ErrorCode.NONE && partition.baseOffset() >= 0) {
                stored(its, partition);
            } else {
                refused(its, ErrorCode.of(partition.errorCode()), partition.errorMessage());
            }
        }
    }

    private static boolean counts(Sent sent) {
        return sent.parcel().crate().generation() == sent.outbox().copy().generation()
                && sent.outbox().isFirst(sent.parcel());
    }

    private void stored(Sent sent, PartitionResponse told) {
        Outbox outbox = sent.outbox();
        PartitionCopy copy = outbox.copy();
        Parcel parcel = sent.parcel();
        if (counts(sent)) {
            long from = outbox.pairs().place().sourceNext();
            outbox.stored();
            outbox.pairs().add(Recovery.shifted(parcel.runs(), told.baseOffset()), parcel.sourceNext());
            copy.targetIs(told.logStartOffset(), outbox.pairs().place().targetNext());
            copy.stored(from, parcel.sourceNext(), parcel.timestamp(), parcel.count(), parcel.bytes());
            writer.changed(copy, outbox.pairs());
        } else if (parcel.crate().generation() == copy.generation()) {
            copy.interrupt("answers for " + copy.target() + " came in another order than the batches");
        }
        parcel.crate().landed();
    }

    /** The source has nothing more to copy up to there. */
    private void passed(Outbox outbox, Parcel parcel) {
        outbox.pairs().add(List.of(), parcel.sourceNext());
        writer.changed(outbox.copy(), outbox.pairs());
        parcel.records().release();
        parcel.crate().landed();
    }

    private static void failed(Sent sent, String why) {
        PartitionCopy copy = sent.outbox().copy();
        if (sent.parcel().crate().generation() == copy.generation()) {
            copy.interrupt(why);
        }
        sent.parcel().crate().landed();
    }

    private void refused(Sent sent, ErrorCode error, String message) {
        PartitionCopy copy = sent.outbox().copy();
        String why = copy.target() + ": " + (message == null ? error : message);
        boolean isPresent = counts(sent);
        switch (error) {
            case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE ->
                stop(
                        sent,
                        copy.target() + " does not take a batch of "
                                + sent.parcel().bytes() + " bytes, from offset "
                                + sent.parcel().runs().get(0).source()
                                + " of the source: raise max.message.bytes of topic "
                                + copy.topic().target());
            case INVALID_TIMESTAMP ->
                stop(
                        sent,
                        why + ": see message.timestamp.before.max.ms and .after.max.ms of topic "
                                + copy.topic().target());
            case INVALID_RECORD, UNSUPPORTED_FOR_MESSAGE_FORMAT, UNSUPPORTED_COMPRESSION_TYPE -> stop(sent, why);
            case OUT_OF_ORDER_SEQUENCE_NUMBER, UNKNOWN_PRODUCER_ID, INVALID_PRODUCER_EPOCH -> {
                if (isPresent) {
                    sent.outbox().refused();
                    LOG.info("{} ({}); looks what is stored", why, error);
                }
                failed(sent, why);
            }
            default -> {
                if (isPresent && !error.isRetriable()) {
                    LOG.warn("{} ({}); tries again", why, error);
                }
                failed(sent, why);
                target.routing().doubt();
            }
        }
    }

    private static void stop(Sent sent, String why) {
        PartitionCopy copy = sent.outbox().copy();
        if (counts(sent)) {
            LOG.error("Not copied any further: {}", why);
            copy.stop(why);
        }
        sent.parcel().crate().landed();
    }
}
