package io.millrace.broker.api.data;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.replica.OffsetAt;
import io.millrace.broker.replica.Partition;
import io.millrace.broker.replica.Partitions;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.ListOffsetsRequest;
import io.millrace.protocol.message.ListOffsetsResponse;
import io.millrace.protocol.message.ListOffsetsResponse.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * ListOffsets, key 2, versions 0-11: the offset at a timestamp, or the start or end of a log, for each partition.
 * Version 0 asks for something else and is answered with {@link SegmentStarts}.
 */
public final class ListOffsetsHandler implements RequestHandler<ListOffsetsRequest, ListOffsetsResponse> {
    private static final long LATEST = -1;
    private static final long EARLIEST = -2;
    private static final long MAX_TIMESTAMP = -3;
    private static final long EARLIEST_LOCAL = -4;
    private static final long LATEST_TIERED = -5;
    private static final long EARLIEST_PENDING_UPLOAD = -6;

    /** The first version that knows each of them. */
    private static final Map<Long, Integer> FIRST_VERSION = Map.of(
            LATEST, 0, EARLIEST, 0, MAX_TIMESTAMP, 7, EARLIEST_LOCAL, 8, LATEST_TIERED, 9, EARLIEST_PENDING_UPLOAD, 11);

    /** Who is no replica; anybody else sees the log to its end. */
    private static final int CONSUMER = -1;

    private final Partitions partitions;

    public ListOffsetsHandler(Partitions partitions) {
        this.partitions = partitions;
    }

    @Override
    public CompletionStage<ListOffsetsResponse> handle(RequestContext context, ListOffsetsRequest request) {
        Map<TopicPartition, Integer> times = new HashMap<>();
        request.topics().forEach(topic -> topic.partitions()
                .forEach(asked ->
                        times.merge(new TopicPartition(topic.name(), asked.partitionIndex()), 1, Integer::sum)));
        Set<TopicPartition> answered = new HashSet<>();
        List<Topic> topics = new ArrayList<>();
        for (ListOffsetsRequest.Topic topic : request.topics()) {
            List<Topic.Partition> answers = new ArrayList<>();
            for (ListOffsetsRequest.Topic.Partition asked : topic.partitions()) {
                TopicPartition partition = new TopicPartition(topic.name(), asked.partitionIndex());
                if (answered.add(partition)) {
                    answers.add(
                            times.get(partition) > 1
                                    ? failed(asked.partitionIndex(), ErrorCode.INVALID_REQUEST)
                                    : find(context, request, partition, asked));
                }
            }
            topics.add(new Topic(topic.name(), answers));
        }
        return CompletableFuture.completedFuture(
                ListOffsetsResponse.builder().topics(topics).build());
    }

    private Topic.Partition find(
            RequestContext context,
            ListOffsetsRequest request,
            TopicPartition id,
            ListOffsetsRequest.Topic.Partition asked) {
        try {
            Partition partition = partitions.leading(id);
            partition.checkLeaderEpoch(asked.currentLeaderEpoch());
            boolean toLogEnd = request.replicaId() != CONSUMER;
            if (context.version() == 0) {
                return oldStyle(id.partition(), new SegmentStarts(partition, toLogEnd), asked);
            }
            OffsetAt found = find(partition, asked.timestamp(), context.version(), toLogEnd);
            Topic.Partition.Builder answer = Topic.Partition.builder()
                    .partitionIndex(id.partition())
                    .timestamp(found.timestamp())
                    .offset(found.offset());
            return context.version() >= 4
                    ? answer.leaderEpoch(found.leaderEpoch()).build()
                    : answer.build();
        } catch (ApiException e) {
            return failed(id.partition(), e.error());
        }
    }

    private static OffsetAt find(Partition partition, long timestamp, short version, boolean toLogEnd) {
        if (timestamp < 0) {
            Integer first = FIRST_VERSION.get(timestamp);
            if (first == null || version < first) {
                throw new ApiException(ErrorCode.UNSUPPORTED_VERSION, "timestamp " + timestamp + " is not known");
            }
        }
        if (timestamp == LATEST) {
            return partition.end(toLogEnd);
        }
        if (timestamp == EARLIEST || timestamp == EARLIEST_LOCAL) {
            return partition.start();
        }
        if (timestamp == LATEST_TIERED || timestamp == EARLIEST_PENDING_UPLOAD) {
            return OffsetAt.NONE;
        }
        return timestamp == MAX_TIMESTAMP ? partition.offsetOfMaxTimestamp() : partition.offsetAt(timestamp);
    }

    private static Topic.Partition oldStyle(
            int partition, SegmentStarts starts, ListOffsetsRequest.Topic.Partition asked) {
        return Topic.Partition.builder()
                .partitionIndex(partition)
                .oldStyleOffsets(starts.before(asked.timestamp(), asked.maxNumOffsets()))
                .build();
    }

    private static Topic.Partition failed(int partition, ErrorCode error) {
        return Topic.Partition.builder()
                .partitionIndex(partition)
                .errorCode(error)
                .build();
    }
}
