package io.millrace.broker.api.data;

import io.millrace.broker.api.CloseConnection;
import io.millrace.broker.api.InternalTopics;
import io.millrace.broker.api.NoAnswer;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.replica.Appended;
import io.millrace.broker.replica.BatchRewriting;
import io.millrace.broker.replica.Partition;
import io.millrace.broker.replica.Partitions;
import io.millrace.broker.replica.ProducedBatch;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.ProduceRequest;
import io.millrace.protocol.message.ProduceResponse;
import io.millrace.protocol.message.ProduceResponse.Response;
import io.millrace.protocol.message.ProduceResponse.Response.PartitionResponse;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.RecordBatch;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Produce, key 0, versions 0-13: appends one batch per partition; up to version 2 also message sets of magic 0 and 1,
 * which become batches first.
 *
 * <p>A partition has one replica in this version, so what is appended is below the high watermark at once, and acks=all
 * is answered as acks=1 is.
 */
public final class ProduceHandler implements RequestHandler<ProduceRequest, ApiMessage> {
    private static final int FIRST_BY_TOPIC_ID = 13;
    private static final int FIRST_WITH_MESSAGE = 8;
    private static final int FIRST_WITH_STORAGE_ERROR = 4;

    private final ClusterStore cluster;
    private final Partitions partitions;
    private final Clock clock;
    private final BatchRewriting rewriting;

    public ProduceHandler(ClusterStore cluster, Partitions partitions, Clock clock, BatchRewriting rewriting) {
        this.cluster = cluster;
        this.partitions = partitions;
        this.clock = clock;
        this.rewriting = rewriting;
    }

    @Override
    public CompletionStage<ApiMessage> handle(RequestContext context, ProduceRequest request) {
        List<Response> topics = new ArrayList<>(request.topicData().size());
        ErrorCode failure = ErrorCode.NONE;
        for (ProduceRequest.TopicData topic : lastOfEach(request.topicData())) {
            List<PartitionResponse> answers =
                    new ArrayList<>(topic.partitionData().size());
            for (ProduceRequest.TopicData.PartitionData data : topic.partitionData()) {
                PartitionResponse answer = append(context, request, topic, data);
                answers.add(answer);
                failure = answer.errorCode() == 0 ? failure : ErrorCode.of(answer.errorCode());
            }
            topics.add(new Response(topic.name(), topic.topicId(), answers));
        }
        if (request.acks() == 0) {
            return failure == ErrorCode.NONE
                    ? CompletableFuture.completedFuture(NoAnswer.INSTANCE)
                    : CompletableFuture.failedFuture(
                            new CloseConnection("a Produce with acks=0 failed with " + failure));
        }
        return CompletableFuture.completedFuture(
                ProduceResponse.builder().responses(topics).build());
    }

    /** A partition that is named twice counts once, as it was named last; so does a topic with its partitions. */
    private static List<ProduceRequest.TopicData> lastOfEach(List<ProduceRequest.TopicData> topics) {
        boolean onePartition =
                topics.size() == 1 && topics.get(0).partitionData().size() <= 1;
        if (onePartition) {
            return topics;
        }
        record Key(String name, Uuid id) {}
        Map<Key, Map<Integer, ProduceRequest.TopicData.PartitionData>> byTopic = new LinkedHashMap<>();
        for (ProduceRequest.TopicData topic : topics) {
            Map<Integer, ProduceRequest.TopicData.PartitionData> byIndex =
                    byTopic.computeIfAbsent(new Key(topic.name(), topic.topicId()), key -> new LinkedHashMap<>());
            topic.partitionData().forEach(data -> byIndex.put(data.index(), data));
        }
        List<ProduceRequest.TopicData> last = new ArrayList<>(byTopic.size());
        byTopic.forEach((key, byIndex) ->
                last.add(new ProduceRequest.TopicData(key.name(), key.id(), List.copyOf(byIndex.values()))));
        return last;
    }

    private PartitionResponse append(
            RequestContext context,
            ProduceRequest request,
            ProduceRequest.TopicData topic,
            ProduceRequest.TopicData.PartitionData data) {
        try {
            String name = context.version() < FIRST_BY_TOPIC_ID ? topic.name() : nameOf(topic);
            if (InternalTopics.contains(name)) {
                throw new ApiException(ErrorCode.INVALID_TOPIC_EXCEPTION, name + " is the broker's own");
            }
            if (request.acks() < -1 || request.acks() > 1) {
                throw new ApiException(ErrorCode.INVALID_REQUIRED_ACKS, "acks is " + request.acks());
            }
            Partition partition = partitions.leading(new TopicPartition(name, data.index()));
            ByteBuffer records =
                    data.records() == null ? BufferSlice.EMPTY.buffer() : ((BufferSlice) data.records()).buffer();
            Appended appended = BatchRewriting.isNeeded(partition.config(), context.version())
                    ? appendRewritten(partition, records, context.version())
                    : partition.append(
                            ProducedBatch.check(records, partition.config(), context.version(), clock.millis()));
            return PartitionResponse.builder()
                    .index(data.index())
                    .baseOffset(appended.baseOffset())
                    .logAppendTimeMs(appended.appendTimeMs())
                    .logStartOffset(appended.logStartOffset())
                    .build();
        } catch (ApiException e) {
            return PartitionResponse.builder()
                    .index(data.index())
                    .errorCode(told(e.error(), context.version()))
                    .errorMessage(context.version() < FIRST_WITH_MESSAGE ? null : e.getMessage())
                    .baseOffset(-1)
                    .build();
        }
    }

    private Appended appendRewritten(Partition partition, ByteBuffer records, short version) {
        List<RecordBatch> batches = rewriting.rewrite(records, partition.config(), version, clock.millis());
        return batches.size() == 1 ? partition.append(batches.get(0)) : partition.appendAll(batches);
    }

    /** Clients of versions before do not know that a disk may fail; they look for the leader anew. */
    private static ErrorCode told(ErrorCode error, short version) {
        return error == ErrorCode.KAFKA_STORAGE_ERROR && version < FIRST_WITH_STORAGE_ERROR
                ? ErrorCode.NOT_LEADER_OR_FOLLOWER
                : error;
    }

    private String nameOf(ProduceRequest.TopicData topic) {
        return cluster.view()
                .topic(topic.topicId())
                .map(TopicState::name)
                .orElseThrow(
                        () -> new ApiException(ErrorCode.UNKNOWN_TOPIC_ID, "no topic has the id " + topic.topicId()));
    }
}
