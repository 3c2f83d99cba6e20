package io.millrace.tools.mirror;

import io.millrace.client.IsolationLevel;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.Limits;
import io.millrace.client.net.Target;
import io.millrace.client.net.Topology;
import io.millrace.client.net.Wait;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.FetchResponse.Response;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches from one broker of the source, one request at a time, and hands on what comes as it comes: of the records only the
 * headers of their batches are looked at.
 *
 * <p>Reads as a consumer does, below the high watermark. Where offsets are kept it copies everything there, whatever became of
 * its transaction: what is to be seen of it is decided where it is read. Otherwise only what was committed.
 *
 * <p>Threading: the I/O thread.
 */
final class SourceFetch {
    private static final Logger LOG = LoggerFactory.getLogger(SourceFetch.class);
    private static final Duration LONGEST_WAIT = Duration.ofMillis(500);

    /** While some partitions have so much under way that they are not asked for. */
    private static final Duration SHORT_WAIT = Duration.ofMillis(10);

    private static final int PARTITION_SHARE = 8;
    private static final int NO_SESSION = -1;

    private final int broker;
    private final ClusterClient source;
    private final MirrorConfig config;
    private final Flow flow;
    private final Destination destination;
    private final OffsetKeeper keeper;
    private final Runnable kick;
    private final Wait wait;
    private boolean underWay;
    private int turn;
    private long retryAtNs = System.nanoTime();

    SourceFetch(
            int broker,
            ClusterClient source,
            MirrorConfig config,
            Flow flow,
            Destination destination,
            OffsetKeeper keeper,
            Runnable kick) {
        this.broker = broker;
        this.source = source;
        this.config = config;
        this.flow = flow;
        this.destination = destination;
        this.keeper = keeper;
        this.kick = kick;
        this.wait = new Wait(config.source().reconnectBackoff());
    }

    /** What was asked of one partition. */
    private record Asked(PartitionCopy copy, int generation, long position, int leaderEpoch) {}

    boolean isDue(long nowNs) {
        return nowNs - retryAtNs >= 0;
    }

    long retryAtNs() {
        return retryAtNs;
    }

    boolean isIdle() {
        return !underWay;
    }

    /** Asks for what has room, unless a request is under way. */
    void run(List<PartitionCopy> copies, long nowNs) {
        if (underWay || !isDue(nowNs)) {
            return;
        }
        List<PartitionCopy> wanted = new ArrayList<>(copies);
        wanted.removeIf(copy -> copy.inFlight() >= config.partitionBytes());
        Collections.rotate(wanted, turn++); // those in front get most when there is much
        int most = wanted.isEmpty() ? 0 : flow.take(config.fetchBytes(), nowNs);
        if (most == 0) {
            return; // what lands kicks
        }
        Duration patience = wanted.size() < copies.size() ? SHORT_WAIT : LONGEST_WAIT;
        Map<CopiedTopic, List<Asked>> asked = asked(wanted);
        underWay = true;
        Limits limits = Limits.NONE.within(patience.plus(config.source().requestTimeout()));
        source.call(Target.fetch(broker), request(asked, most, patience), limits)
                .whenComplete((answer, failure) -> {
                    underWay = false;
                    if (failure == null) {
                        answered(answer, asked, most);
                    } else {
                        String why = ClusterClient.asMillrace(failure).getMessage();
                        flow.settle(most, 0, System.nanoTime());
                        failed(wanted, why);
                    }
                    kick.run();
                });
    }

    private void failed(List<PartitionCopy> wanted, String why) {
        retryAtNs = System.nanoTime() + wait.nextNs();
        wanted.forEach(copy -> copy.later(why));
        source.routing().doubt();
    }

    private Map<CopiedTopic, List<Asked>> asked(List<PartitionCopy> wanted) {
        Topology topology = source.routing().topology();
        Map<CopiedTopic, List<Asked>> asked = new LinkedHashMap<>();
        for (PartitionCopy copy : wanted) {
            int epoch = topology.partition(copy.source())
                    .map(Topology.Partition::leaderEpoch)
                    .orElse(-1);
            asked.computeIfAbsent(copy.topic(), topic -> new ArrayList<>())
                    .add(new Asked(copy, copy.generation(), copy.position(), epoch));
        }
        return asked;
    }

    private FetchRequest request(Map<CopiedTopic, List<Asked>> asked, int most, Duration patience) {
        List<FetchRequest.Topic> topics = new ArrayList<>();
        int share = Math.max(1, Math.min(most, config.partitionBytes() / PARTITION_SHARE));
        asked.forEach((topic, partitions) -> topics.add(new FetchRequest.Topic(
                topic.source(),
                topic.sourceId(),
                partitions.stream().map(its -> request(its, share)).toList())));
        return FetchRequest.builder()
                .maxWaitMs((int) patience.toMillis())
                .minBytes(1)
                .maxBytes(most)
                .isolationLevel(destination.isolation().code())
                .sessionEpoch(NO_SESSION)
                .topics(topics)
                .build();
    }

    private static FetchRequest.Topic.Partition request(Asked its, int share) {
        return FetchRequest.Topic.Partition.builder()
                .partition(its.copy().source().partition())
                .fetchOffset(its.position())
                .currentLeaderEpoch(its.leaderEpoch())
                .lastFetchedEpoch(its.copy().lastEpoch())
                .partitionMaxBytes(share)
                .build();
    }

    private void answered(FetchResponse answer, Map<CopiedTopic, List<Asked>> asked, int taken) {
        ErrorCode error = ErrorCode.of(answer.errorCode());
        if (error != ErrorCode.NONE) {
            flow.settle(taken, 0, System.nanoTime());
            failed(
                    asked.values().stream()
                            .flatMap(List::stream)
                            .map(Asked::copy)
                            .toList(),
                    "the source's broker " + broker + " refused a fetch: " + error);
            return;
        }
        wait.reset();
        Map<Object, Map<Integer, Asked>> byTopic = new HashMap<>();
        asked.forEach((topic, partitions) -> {
            Map<Integer, Asked> byNumber = new HashMap<>();
            partitions.forEach(its -> byNumber.put(its.copy().source().partition(), its));
            byTopic.put(topic.source(), byNumber);
            byTopic.put(topic.sourceId(), byNumber);
        });
        List<Portion> portions = new ArrayList<>();
        for (Response topic : answer.responses()) {
            Object name = topic.topicId().equals(Uuid.ZERO) ? topic.topic() : topic.topicId();
            for (Response.Partition told : topic.partitions()) {
                Asked its = Objects.requireNonNull(byTopic.getOrDefault(name, Map.of()))
                        .get(told.partitionIndex());
                take(its, told, portions);
            }
        }
        flow.settle(taken, portions.stream().mapToLong(Portion::bytes).sum(), System.nanoTime());
        destination.send(portions);
    }

    /** Takes in what was told of one partition; {@code its} is null if it was not asked for. */
    private void take(Asked its, Response.Partition told, List<Portion> portions) {
        BufferSlice records = told.records() == null ? BufferSlice.EMPTY : (BufferSlice) told.records();
        if (its == null || its.generation() != its.copy().generation()) {
            records.release();
            return;
        }
        PartitionCopy copy = its.copy();
        ErrorCode error = ErrorCode.of(told.errorCode());
        if (error != ErrorCode.NONE) {
            records.release();
            refused(copy, error);
        } else if (told.divergingEpoch().endOffset() >= 0) {
            records.release();
            keeper.diverged(copy, told.divergingEpoch().endOffset());
        } else {
            boolean isCommitted = destination.isolation() == IsolationLevel.READ_COMMITTED;
            keeper.sourceIs(copy, told.logStartOffset(), isCommitted ? told.lastStableOffset() : told.highWatermark());
            if (records.sizeInBytes() > 0) {
                take(its, told, records, portions);
            }
        }
    }

    private void take(Asked its, Response.Partition told, BufferSlice records, List<Portion> portions) {
        RecordBatches batches = new RecordBatches(records.buffer());
        long next = its.position();
        long timestamp = -1;
        int epoch = -1;
        int count = 0;
        while (batches.hasNext()) {
            RecordBatch batch = batches.next();
            next = batch.nextOffset();
            timestamp = batch.maxTimestamp();
            epoch = batch.leaderEpoch();
            count += batch.recordsCount();
        }
        if (next <= its.position()) {
            records.release();
            its.copy()
                    .stop(
                            its.copy().source() + " has at offset " + its.position()
                                    + " what is no record batch of magic 2; messages of before Kafka 0.11 are not copied as they are");
            LOG.warn("{}", its.copy().trouble());
            return;
        }
        int bytes = batches.position() - records.buffer().position();
        BufferSlice whole =
                new BufferSlice(records.buffer().duplicate().limit(batches.position()), records.onRelease());
        its.copy().fetched(next, epoch, timestamp, bytes);
        portions.add(new Portion(
                its.copy(),
                its.generation(),
                its.leaderEpoch(),
                told.logStartOffset(),
                its.position(),
                next,
                timestamp,
                count,
                bytes,
                told.abortedTransactions() == null ? List.of() : told.abortedTransactions(),
                whole));
    }

    private void refused(PartitionCopy copy, ErrorCode error) {
        switch (error) {
            case OFFSET_OUT_OF_RANGE -> keeper.lookUp(copy);
            case UNKNOWN_TOPIC_ID, INCONSISTENT_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION -> {
                copy.later(copy.source() + " is not there: " + error);
                source.routing().doubt();
            }
            default -> {
                copy.later("the source's broker " + broker + " does not give " + copy.source() + ": " + error);
                source.routing().doubt();
            }
        }
    }
}
