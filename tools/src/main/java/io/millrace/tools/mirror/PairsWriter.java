package io.millrace.tools.mirror;

import io.millrace.client.MillraceException;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.IoTimer;
import io.millrace.client.net.Limits;
import io.millrace.client.net.Target;
import io.millrace.client.net.Topology;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.message.ProduceRequest;
import io.millrace.protocol.message.ProduceRequest.TopicData;
import io.millrace.protocol.message.ProduceResponse;
import io.millrace.protocol.record.BatchBuilder;
import io.millrace.protocol.record.BufferSlice;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes offset pairs down, where the next process finds them: a while after they have changed, many partitions in one
 * batch, one request at a time. What is not written down yet is found by {@link Recovery}.
 *
 * <p>Threading: the I/O thread, but for {@link #write} and {@link #writeProvenance}.
 */
final class PairsWriter {
    private static final Logger LOG = LoggerFactory.getLogger(PairsWriter.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final long PAUSE_NS = Duration.ofMillis(200).toNanos();
    private static final int MOST_BYTES = 400_000;

    private final ClusterClient target;
    private final TopicPartition partition;
    private final Clock clock;
    private final IoTimer timer;
    private final Map<PartitionCopy, OffsetPairs> due = new LinkedHashMap<>();
    private boolean underWay;

    /** @param topic of the pairs */
    PairsWriter(ClusterClient target, String topic, Clock clock) {
        this.target = target;
        this.partition = new TopicPartition(topic, 0);
        this.clock = clock;
        this.timer = target.thread().timer(this::writeDue);
        target.routing().track(topic);
    }

    private record Entry(String key, ByteBuffer value) {}

    /** These have changed. */
    void changed(PartitionCopy copy, OffsetPairs pairs) {
        due.put(copy, pairs);
        if (!underWay) {
            timer.runBy(System.nanoTime() + PAUSE_NS);
        }
    }

    /** Somebody else goes on with it. */
    void forget(PartitionCopy copy) {
        due.remove(copy);
    }

    private void writeDue() {
        if (underWay || due.isEmpty()) {
            return;
        }
        List<Entry> entries = new ArrayList<>();
        Map<PartitionCopy, OffsetPairs> taken = new LinkedHashMap<>();
        Map<OffsetPairs, OffsetPairs.Changes> changes = new LinkedHashMap<>();
        int bytes = 0;
        for (Iterator<Map.Entry<PartitionCopy, OffsetPairs>> all =
                        due.entrySet().iterator();
                all.hasNext() && bytes < MOST_BYTES; ) {
            Map.Entry<PartitionCopy, OffsetPairs> next = all.next();
            all.remove();
            taken.put(next.getKey(), next.getValue());
            OffsetPairs.Changes its = next.getValue().changes();
            changes.put(next.getValue(), its);
            bytes += add(next.getKey(), its, entries);
        }
        underWay = true;
        send(entries).whenComplete((done, failure) -> {
            underWay = false;
            if (failure == null) {
                changes.forEach(OffsetPairs::wrote);
            } else {
                LOG.info("Offset pairs are written down later: {}", failure.getMessage());
                taken.forEach(due::putIfAbsent);
            }
            if (!due.isEmpty()) {
                timer.runBy(System.nanoTime() + PAUSE_NS);
            }
        });
    }

    private static int add(PartitionCopy copy, OffsetPairs.Changes changes, List<Entry> entries) {
        int bytes = 0;
        for (OffsetPairs.Chunk chunk : changes.chunks()) {
            String key = PairsTopic.key(copy.topic(), copy.source().partition(), chunk.number());
            entries.add(new Entry(key, chunk.value()));
            bytes += key.length() + (chunk.value() == null ? 0 : chunk.value().remaining());
        }
        return bytes;
    }

    /** Writes one partition's down now. Any thread. */
    CompletionStage<Void> write(PartitionCopy copy, OffsetPairs pairs) {
        OffsetPairs.Changes changes = pairs.changes();
        List<Entry> entries = new ArrayList<>();
        add(copy, changes, entries);
        return on(entries).thenAccept(done -> pairs.wrote(changes));
    }

    /** Writes down where a topic's records come from, as mirror.source has it. Any thread. */
    CompletionStage<Void> writeProvenance(CopiedTopic topic, String source) {
        return on(List.of(new Entry(PairsTopic.key(topic), ByteBuffer.wrap(source.getBytes(StandardCharsets.UTF_8)))));
    }

    private CompletionStage<Void> on(List<Entry> entries) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        boolean runs = target.thread()
                .run(() -> target.retrying(TIMEOUT, () -> send(entries)).whenComplete((nothing, failure) -> {
                    if (failure == null) {
                        done.complete(null);
                    } else {
                        done.completeExceptionally(ClusterClient.asMillrace(failure));
                    }
                }));
        return runs ? done : CompletableFuture.failedStage(MillraceException.closed("The mirror was closed"));
    }

    private CompletionStage<Void> send(List<Entry> entries) {
        Topology topology = target.routing().topology();
        int leader = topology.leader(partition);
        if (leader == Topology.NO_LEADER) {
            target.routing().doubt();
            return CompletableFuture.failedStage(MillraceException.unreachable("nobody leads " + partition));
        }
        BatchBuilder batch = BatchBuilder.create().compression(Compression.LZ4);
        entries.forEach(entry -> batch.append(
                clock.millis(), ByteBuffer.wrap(entry.key().getBytes(StandardCharsets.UTF_8)), entry.value()));
        Uuid id = topology.topic(partition.topic()).map(Topology.Topic::id).orElse(Uuid.ZERO);
        ProduceRequest request = new ProduceRequest(
                null,
                (short) -1,
                (int) TIMEOUT.toMillis(),
                List.of(new TopicData(
                        partition.topic(),
                        id,
                        List.of(new TopicData.PartitionData(0, new BufferSlice(batch.build()))))));
        Limits limits = Limits.NONE.within(TIMEOUT.plus(target.config().requestTimeout()));
        return target.call(Target.broker(leader), request, limits).thenAccept(this::check);
    }

    private void check(ProduceResponse answer) {
        ErrorCode error = ErrorCode.of(
                answer.responses().get(0).partitionResponses().get(0).errorCode());
        if (error != ErrorCode.NONE) {
            target.routing().doubt();
            throw MillraceException.refused(error, "offset pairs were not stored in " + partition + ": " + error);
        }
    }

    void close() {
        timer.cancel();
    }
}
