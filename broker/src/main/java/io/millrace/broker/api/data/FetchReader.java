package io.millrace.broker.api.data;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.replica.Partition;
import io.millrace.broker.replica.Partitions;
import io.millrace.broker.replica.Read;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse.Response;
import io.millrace.protocol.record.BufferSlice;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the partitions of one fetch, in their order and within its limits: the first that has something gives at least
 * one batch whole, the others give what fits into the rest.
 */
final class FetchReader {
    private static final long NO_OFFSET = -1;

    private final ClusterStore cluster;
    private final Partitions partitions;
    private final List<FetchPartition> wanted;
    private final int maxBytes;
    private final boolean byTopicId;
    private final boolean readCommitted;
    private final boolean byReplica;
    private final List<Partition> read = new ArrayList<>();

    /**
     * @param maxBytes of the whole answer's records
     * @param byTopicId whether topics are named by their ids
     * @param byReplica whether the reader says that it is a follower; none is in this version
     */
    FetchReader(
            ClusterStore cluster,
            Partitions partitions,
            List<FetchPartition> wanted,
            int maxBytes,
            boolean byTopicId,
            boolean readCommitted,
            boolean byReplica) {
        this.cluster = cluster;
        this.partitions = partitions;
        this.wanted = wanted;
        this.maxBytes = maxBytes;
        this.byTopicId = byTopicId;
        this.readCommitted = readCommitted;
        this.byReplica = byReplica;
    }

    /** A partition and what the client is told of it. Its records are released by whoever does not send them. */
    record Result(FetchPartition wanted, Response.Partition answer) {}

    /** Reads all. One thread at a time. */
    List<Result> read() {
        read.clear();
        List<Result> results = new ArrayList<>(wanted.size());
        int room = maxBytes;
        boolean nothingYet = true;
        try {
            for (FetchPartition partition : wanted) {
                Response.Partition answer = read(partition, room, nothingYet);
                results.add(new Result(partition, answer));
                int bytes = answer.records().sizeInBytes();
                nothingYet &= bytes == 0;
                room = Math.max(0, room - bytes);
            }
        } catch (RuntimeException e) {
            release(results);
            throw e;
        }
        return results;
    }

    /** Lets go of all records: for results that are not sent. */
    static void release(List<Result> results) {
        results.forEach(result -> result.answer().records().release());
    }

    /** The partitions that the last read has found here. */
    List<Partition> partitions() {
        return List.copyOf(read);
    }

    private Response.Partition read(FetchPartition partition, int room, boolean nothingYet) {
        FetchRequest.Topic.Partition asked = partition.asked();
        try {
            if (byReplica) {
                throw new ApiException(
                        ErrorCode.NOT_LEADER_OR_FOLLOWER, "no other broker has a replica of what is here");
            }
            Partition led = partitions.leading(new TopicPartition(nameOf(partition.key()), asked.partition()));
            read.add(led);
            Read found = led.read(
                    asked.fetchOffset(),
                    Math.max(0, Math.min(room, asked.partitionMaxBytes())),
                    nothingYet,
                    asked.currentLeaderEpoch(),
                    asked.lastFetchedEpoch());
            Response.Partition.Builder answer = Response.Partition.builder()
                    .partitionIndex(asked.partition())
                    .highWatermark(found.highWatermark())
                    .lastStableOffset(found.highWatermark())
                    .logStartOffset(found.logStartOffset())
                    .abortedTransactions(readCommitted ? List.of() : null)
                    .records(found.records());
            found.divergence()
                    .ifPresent(end ->
                            answer.divergingEpoch(new Response.Partition.DivergingEpoch(end.epoch(), end.endOffset())));
            return answer.build();
        } catch (ApiException e) {
            return Response.Partition.builder()
                    .partitionIndex(asked.partition())
                    .errorCode(e.error())
                    .highWatermark(NO_OFFSET)
                    .abortedTransactions(readCommitted ? List.of() : null)
                    .records(BufferSlice.EMPTY)
                    .build();
        }
    }

    private String nameOf(FetchPartition.Key key) {
        if (!byTopicId) {
            return key.topic();
        }
        return cluster.view()
                .topic(key.topicId())
                .map(TopicState::name)
                .orElseThrow(
                        () -> new ApiException(ErrorCode.UNKNOWN_TOPIC_ID, "no topic has the id " + key.topicId()));
    }
}
