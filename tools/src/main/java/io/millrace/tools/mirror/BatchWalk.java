package io.millrace.tools.mirror;

import io.millrace.client.IsolationLevel;
import io.millrace.client.MillraceException;
import io.millrace.client.consumer.AbortedTransactions;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.Target;
import io.millrace.client.net.Topology;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the headers of a partition's batches, one after the other.
 *
 * <p>Threading: one thread's, which waits.
 */
final class BatchWalk {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int BYTES = 1 << 20;
    private static final int NO_SESSION = -1;

    private final ClusterClient client;
    private final IsolationLevel isolation;

    /** @param isolation what it sees of transactions */
    BatchWalk(ClusterClient client, IsolationLevel isolation) {
        this.client = client;
        this.isolation = isolation;
    }

    /**
     * A batch.
     *
     * @param isVisible whether it has records that were committed
     * @param runs where its records are, in this log and from 0 on; empty if it is not visible
     */
    record Seen(
            long baseOffset,
            long nextOffset,
            int count,
            long producerId,
            short producerEpoch,
            int baseSequence,
            boolean isVisible,
            List<OffsetPairs.Run> runs) {}

    /** The batches from an offset on, as many as one answer has; none at the end. */
    List<Seen> from(TopicPartition partition, long offset) throws InterruptedException {
        Topology.Topic topic = Calls.await(client.routing().topic(partition.topic(), PATIENCE));
        int leader = client.routing().topology().leader(partition);
        if (leader == Topology.NO_LEADER) {
            client.thread().run(() -> client.routing().doubt());
            throw MillraceException.unreachable("nobody leads " + partition);
        }
        FetchRequest.Topic.Partition asked = FetchRequest.Topic.Partition.builder()
                .partition(partition.partition())
                .fetchOffset(offset)
                .currentLeaderEpoch(-1)
                .lastFetchedEpoch(-1)
                .partitionMaxBytes(BYTES)
                .build();
        FetchResponse answer = Calls.await(client.call(
                Target.fetch(leader),
                FetchRequest.builder()
                        .maxWaitMs(0)
                        .maxBytes(BYTES)
                        .isolationLevel(isolation.code())
                        .sessionEpoch(NO_SESSION)
                        .topics(List.of(new FetchRequest.Topic(partition.topic(), topic.id(), List.of(asked))))
                        .build()));
        List<Seen> seen = new ArrayList<>();
        for (FetchResponse.Response told : answer.responses()) {
            for (FetchResponse.Response.Partition its : told.partitions()) {
                take(partition, offset, its, seen);
            }
        }
        return seen;
    }

    private void take(TopicPartition partition, long offset, FetchResponse.Response.Partition told, List<Seen> seen) {
        ErrorCode error = ErrorCode.of(told.errorCode());
        if (error != ErrorCode.NONE) {
            client.thread().run(() -> client.routing().doubt());
            throw MillraceException.refused(
                    error, "cannot read " + partition + " from offset " + offset + ": " + error);
        }
        if (told.records() == null) {
            return;
        }
        AbortedTransactions aborted =
                new AbortedTransactions(told.abortedTransactions() == null ? List.of() : told.abortedTransactions());
        RecordBatches batches = new RecordBatches(((BufferSlice) told.records()).buffer());
        while (batches.hasNext()) {
            RecordBatch batch = batches.next();
            boolean isVisible = !aborted.hides(batch) && batch.recordsCount() > 0;
            if (batch.nextOffset() > offset) {
                seen.add(new Seen(
                        batch.baseOffset(),
                        batch.nextOffset(),
                        batch.recordsCount(),
                        batch.producerId(),
                        batch.producerEpoch(),
                        batch.baseSequence(),
                        isVisible,
                        isVisible ? BatchRuns.of(batch) : List.of()));
            }
        }
        told.records().release();
    }
}
