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
import io.millrace.protocol.record.FileSlice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads the partitions of one fetch, in their order and within its limits: the first that has something gives at least
 * one batch whole, the others give what fits into the rest.
 */
final class FetchReader {
    private static final long NO_OFFSET = -1;
    private static final int MAX_PROMPT_PARTITIONS = 500;
    private static final int MAX_COLD_BYTES = 8 << 20;

    private final ClusterStore cluster;
    private final Partitions partitions;
    private final List<FetchPartition> wanted;
    private final int maxBytes;
    private final boolean byTopicId;
    private final boolean readCommitted;
    private final Reading by;
    private final List<Partition> read = new ArrayList<>();
    private boolean cold;

    /**
     * @param maxBytes of the whole answer's records
     * @param byTopicId whether topics are named by their ids
     * @param by who reads
     */
    FetchReader(
            ClusterStore cluster,
            Partitions partitions,
            List<FetchPartition> wanted,
            int maxBytes,
            boolean byTopicId,
            boolean readCommitted,
            Reading by) {
        this.cluster = cluster;
        this.partitions = partitions;
        this.wanted = wanted;
        this.maxBytes = maxBytes;
        this.byTopicId = byTopicId;
        this.readCommitted = readCommitted;
        this.by = by;
    }

    /** A partition and what the client is told of it. Its records are released by whoever does not send them. */
    record Result(FetchPartition wanted, Response.Partition answer) {}

    /** Whether {@link #read} waits for no disk and takes little time. */
    boolean isPrompt() {
        if (wanted.size() > MAX_PROMPT_PARTITIONS) {
            return false;
        }
        for (FetchPartition partition : wanted) {
            Optional<Partition> found = partition.find(this::find);
            if (found.isPresent() && !found.get().isRecent(partition.asked().fetchOffset())) {
                return false;
            }
        }
        return true;
    }

    /** Reads all, at most {@link #MAX_COLD_BYTES}, and sees to it that the bytes are in memory when they are sent. */
    List<Result> readCold() {
        cold = true;
        try {
            return read();
        } finally {
            cold = false;
        }
    }

    /** Reads all. One thread at a time. */
    List<Result> read() {
        read.clear();
        List<Result> results = new ArrayList<>(wanted.size());
        int room = cold ? Math.min(maxBytes, MAX_COLD_BYTES) : maxBytes;
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

    /** Who reads. */
    Reading by() {
        return by;
    }

    /** The partitions that the last read has found here. */
    List<Partition> partitions() {
        return List.copyOf(read);
    }

    private Response.Partition read(FetchPartition partition, int room, boolean nothingYet) {
        FetchRequest.Topic.Partition asked = partition.asked();
        try {
            Partition led = partition
                    .find(this::find)
                    .orElseGet(
                            () -> partitions.leading(new TopicPartition(nameOf(partition.key()), asked.partition())));
            read.add(led);
            OptionalInt elsewhere = by.elsewhere(led, asked);
            int bytes = elsewhere.isPresent() ? 0 : Math.max(0, Math.min(room, asked.partitionMaxBytes()));
            Read found = by.read(led, asked, bytes, nothingYet && elsewhere.isEmpty());
            if (cold && found.records() instanceof FileSlice slice) {
                ColdBytes.load(slice);
            }
            Response.Partition.Builder answer = Response.Partition.builder()
                    .partitionIndex(asked.partition())
                    .highWatermark(found.highWatermark())
                    .lastStableOffset(found.highWatermark())
                    .logStartOffset(found.logStartOffset())
                    .abortedTransactions(readCommitted ? List.of() : null)
                    .preferredReadReplica(elsewhere.orElse(-1))
                    .records(found.records());
            found.divergence()
                    .ifPresent(end ->
                            answer.divergingEpoch(new Response.Partition.DivergingEpoch(end.epoch(), end.endOffset())));
            return answer.build();
        } catch (ApiException e) {
            partition.forget(); // it may be another one by the next fetch
            return Response.Partition.builder()
                    .partitionIndex(asked.partition())
                    .errorCode(e.error())
                    .highWatermark(NO_OFFSET)
                    .logStartOffset(
                            e.error() == ErrorCode.OFFSET_OUT_OF_RANGE ? by.startToldOf(find(partition)) : NO_OFFSET)
                    .abortedTransactions(readCommitted ? List.of() : null)
                    .records(BufferSlice.EMPTY)
                    .build();
        }
    }

    private Optional<Partition> find(FetchPartition wanted) {
        Optional<String> name = byTopicId
                ? cluster.view().topic(wanted.key().topicId()).map(TopicState::name)
                : Optional.of(wanted.key().topic());
        return name.flatMap(known ->
                partitions.find(new TopicPartition(known, wanted.asked().partition())));
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
