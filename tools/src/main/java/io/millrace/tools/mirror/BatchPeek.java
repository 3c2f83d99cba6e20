package io.millrace.tools.mirror;

import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.Target;
import io.millrace.client.net.Topology;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Reads the header of one batch of a cluster.
 *
 * <p>Threading: one thread's, which waits.
 */
final class BatchPeek {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int BYTES = 1 << 16;
    private static final int NO_SESSION = -1;

    private final ClusterClient client;

    BatchPeek(ClusterClient client) {
        this.client = client;
    }

    /**
     * What tells a batch from others.
     *
     * @param crc over all but its place and its leader epoch
     */
    record Header(long baseOffset, long lastOffset, int crc, long maxTimestamp) {}

    /** The batch that holds an offset, or the next one; empty if there is none, or it cannot be read now. */
    Optional<Header> at(TopicPartition partition, long offset) throws InterruptedException {
        Topology.Topic topic = Calls.await(client.routing().topic(partition.topic(), PATIENCE));
        int leader = client.routing().topology().leader(partition);
        if (leader == Topology.NO_LEADER) {
            return Optional.empty();
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
                        .sessionEpoch(NO_SESSION)
                        .topics(List.of(new FetchRequest.Topic(partition.topic(), topic.id(), List.of(asked))))
                        .build()));
        Optional<Header> found = Optional.empty();
        for (FetchResponse.Response told : answer.responses()) {
            for (FetchResponse.Response.Partition its : told.partitions()) {
                if (its.records() != null) {
                    found = first((BufferSlice) its.records());
                    its.records().release();
                }
            }
        }
        return found;
    }

    private static Optional<Header> first(BufferSlice records) {
        RecordBatches batches = new RecordBatches(records.buffer());
        if (!batches.hasNext()) {
            return Optional.empty();
        }
        RecordBatch batch = batches.next();
        return Optional.of(new Header(
                batch.baseOffset(),
                batch.nextOffset() - 1,
                BatchHeader.crc(batch.buffer(), batch.position()),
                batch.maxTimestamp()));
    }
}
