package io.millrace.broker.api.data;

import io.millrace.broker.api.CloseConnection;
import io.millrace.broker.api.InternalTopics;
import io.millrace.broker.api.NoAnswer;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.log.LogConfig;
import io.millrace.broker.replica.Appended;
import io.millrace.broker.replica.BatchRewriting;
import io.millrace.broker.replica.Partition;
import io.millrace.broker.replica.Partitions;
import io.millrace.broker.replica.ProducedBatch;
import io.millrace.broker.replica.TopicCount;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.ProduceRequest;
import io.millrace.protocol.message.ProduceResponse;
import io.millrace.protocol.message.ProduceResponse.Response;
import io.millrace.protocol.message.ProduceResponse.Response.PartitionResponse;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.record.RecordBatch;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Produce, key 0, versions 0-13: appends one batch per partition; up to version 2 also message sets of magic 0 and 1,
 * which become batches first.
 *
 * <p>acks=all is answered when the records are below the high watermark, acks=1 at once, unless the topic wants them
 * flushed first. While a partition is handed over to another broker, its answer, that this one does not lead, waits until
 * the other does, so that the client need ask once only.
 */
public final class ProduceHandler implements RequestHandler<ProduceRequest, ApiMessage> {
    private static final short ACKS_ALL = -1;
    private static final int FIRST_BY_TOPIC_ID = 13;
    private static final int FIRST_WITH_MESSAGE = 8;
    private static final int FIRST_WITH_STORAGE_ERROR = 4;

    /** Partitions of a request that is handled at once: each costs about as much as a small request. */
    private static final int MOST_PROMPT_PARTITIONS = 100;

    private final ClusterStore cluster;
    private final Partitions partitions;
    private final DataTraffic traffic;
    private final Clock clock;
    private final ScheduledExecutorService timer;
    private final BatchRewriting rewriting;
    private final LeaderHints hints;
    private final DiskPace pace = new DiskPace();
    private final RefusedBatches refused;
    private final DataMeters meters;

    /** @param timer for the end of a wait; runs nothing long */
    public ProduceHandler(
            ClusterStore cluster,
            Partitions partitions,
            Clock clock,
            ScheduledExecutorService timer,
            BatchRewriting rewriting,
            LeaderHints hints) {
        this.hints = hints;
        this.cluster = cluster;
        this.partitions = partitions;
        this.traffic = new DataTraffic(partitions, cluster);
        this.meters = new DataMeters(partitions.traffic().registry());
        this.clock = clock;
        this.timer = timer;
        this.rewriting = rewriting;
        this.refused = new RefusedBatches(clock::millis);
    }

    @Override
    public CompletionStage<ApiMessage> handle(RequestContext context, ProduceRequest request) {
        long begun = System.nanoTime();
        try {
            return append(context, request);
        } finally {
            pace.took(System.nanoTime() - begun);
        }
    }

    private CompletionStage<ApiMessage> append(RequestContext context, ProduceRequest request) {
        List<Response> topics = new ArrayList<>(request.topicData().size());
        List<DelayedProduce.Pending> pending = new ArrayList<>(0);
        ErrorCode failure = ErrorCode.NONE;
        for (ProduceRequest.TopicData topic : LastNamed.of(request.topicData())) {
            List<PartitionResponse> answers =
                    new ArrayList<>(topic.partitionData().size());
            for (ProduceRequest.TopicData.PartitionData data : topic.partitionData()) {
                PartitionResponse answer = append(context, request, topic, data, pending);
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
        if (!pending.isEmpty()) {
            return new DelayedProduce(topics, pending, context.version() >= FIRST_WITH_MESSAGE)
                    .start(request.timeoutMs(), timer, meters::produceExpired)
                    .thenApply(all -> hints.produced(context, all));
        }
        return CompletableFuture.completedFuture(
                failure == ErrorCode.NONE
                        ? ProduceResponse.builder().responses(topics).build()
                        : hints.produced(context, topics));
    }

    @Override
    public boolean isOftenPrompt() {
        return true;
    }

    /** Appends what stays closed, to files that are open, while nobody else appends to them and the disk keeps up. */
    @Override
    public Optional<CompletionStage<ApiMessage>> tryHandle(RequestContext context, ProduceRequest request) {
        if (!pace.isSteady() || !isFewPartitions(request)) {
            return Optional.empty();
        }
        List<Partition> taken = new ArrayList<>(6);
        try {
            for (ProduceRequest.TopicData topic : request.topicData()) {
                for (ProduceRequest.TopicData.PartitionData data : topic.partitionData()) {
                    Optional<Partition> partition = find(context, topic, data);
                    if (partition.isEmpty()) {
                        continue; // that it cannot be written to is soon said
                    }
                    LogConfig config = partition.get().config();
                    boolean isOpened = BatchRewriting.isNeeded(config, context.version());
                    boolean isWaitedFor = config.isFlushedFirst(); // and then others are told under the lock
                    if (isOpened || isWaitedFor || !partition.get().tryTake(recordsOf(data))) {
                        return Optional.empty();
                    }
                    taken.add(partition.get());
                }
            }
            return Optional.of(handle(context, request));
        } finally {
            taken.forEach(Partition::giveUp);
        }
    }

    private static boolean isFewPartitions(ProduceRequest request) {
        int left = MOST_PROMPT_PARTITIONS - request.topicData().size(); // topics without partitions count, too
        for (ProduceRequest.TopicData topic : request.topicData()) {
            left -= topic.partitionData().size() - 1;
            if (left < 0) {
                return false;
            }
        }
        return left >= 0;
    }

    private PartitionResponse append(
            RequestContext context,
            ProduceRequest request,
            ProduceRequest.TopicData topic,
            ProduceRequest.TopicData.PartitionData data,
            List<DelayedProduce.Pending> pending) {
        try {
            String name = context.version() < FIRST_BY_TOPIC_ID ? topic.name() : nameOf(topic);
            if (InternalTopics.contains(name)) {
                throw new ApiException(ErrorCode.INVALID_TOPIC_EXCEPTION, name + " is the broker's own");
            }
            if (request.acks() < -1 || request.acks() > 1) {
                throw new ApiException(ErrorCode.INVALID_REQUIRED_ACKS, "acks is " + request.acks());
            }
            Partition partition = partitions.leading(new TopicPartition(name, data.index()));
            DataTraffic.produce(partition);
            ByteBuffer records = recordsOf(data);
            if (request.acks() == ACKS_ALL) {
                partition.requireEnoughInSync();
            }
            refused.requireInOrder(asGiven(context, topic), data.index(), records, partition::knowsProducer);
            Appended appended = BatchRewriting.isNeeded(partition.config(), context.version())
                    ? appendRewritten(partition, records, context.version())
                    : partition.append(
                            ProducedBatch.check(records, partition.config(), context.version(), clock.millis()));
            PartitionResponse answer = PartitionResponse.builder()
                    .index(data.index())
                    .baseOffset(appended.baseOffset())
                    .logAppendTimeMs(appended.appendTimeMs())
                    .logStartOffset(appended.logStartOffset())
                    .build();
            boolean isAwaited = request.acks() == ACKS_ALL
                    || (request.acks() == 1 && partition.config().isFlushedFirst());
            if (isAwaited && !partition.isCommitted(appended)) {
                pending.add(new DelayedProduce.Pending(
                        answer, partition.whenCommitted(appended, request.acks() == ACKS_ALL)));
            }
            return answer;
        } catch (ApiException e) {
            traffic.failedProduce(find(context, topic, data), e.error(), recordsOf(data));
            refused.note(asGiven(context, topic), data.index(), recordsOf(data), e.error());
            PartitionResponse answer = PartitionResponse.builder()
                    .index(data.index())
                    .errorCode(told(e.error(), context.version()))
                    .errorMessage(context.version() < FIRST_WITH_MESSAGE ? null : e.getMessage())
                    .baseOffset(-1)
                    .build();
            awaitHandOver(context, topic, data, request.acks(), e)
                    .ifPresent(over -> pending.add(new DelayedProduce.Pending(answer, over)));
            return answer;
        }
    }

    private Optional<CompletableFuture<Void>> awaitHandOver(
            RequestContext context,
            ProduceRequest.TopicData topic,
            ProduceRequest.TopicData.PartitionData data,
            short acks,
            ApiException refusal) {
        return acks == 0 || refusal.error() != ErrorCode.NOT_LEADER_OR_FOLLOWER
                ? Optional.empty()
                : find(context, topic, data).flatMap(Partition::leaving).map(CompletableFuture::copy);
    }

    private static Object asGiven(RequestContext context, ProduceRequest.TopicData topic) {
        return context.version() < FIRST_BY_TOPIC_ID ? topic.name() : topic.topicId();
    }

    private static ByteBuffer recordsOf(ProduceRequest.TopicData.PartitionData data) {
        return data.records() == null ? BufferSlice.EMPTY.buffer() : ((BufferSlice) data.records()).buffer();
    }

    private Optional<Partition> find(
            RequestContext context, ProduceRequest.TopicData topic, ProduceRequest.TopicData.PartitionData data) {
        Optional<String> name = context.version() < FIRST_BY_TOPIC_ID
                ? Optional.of(topic.name())
                : cluster.view().topic(topic.topicId()).map(TopicState::name);
        return name.flatMap(known -> partitions.find(new TopicPartition(known, data.index())));
    }

    private Appended appendRewritten(Partition partition, ByteBuffer records, short version) {
        long begun = System.nanoTime();
        List<RecordBatch> batches =
                rewriting.rewrite(records, partition.config(), version, clock.millis(), () -> partition
                        .traffic()
                        .add(TopicCount.NO_KEY_RECORDS, 1));
        meters.ofProduce()
                .done(
                        System.nanoTime() - begun,
                        batches.stream().mapToLong(RecordBatch::sizeInBytes).sum());
        partition.traffic().add(TopicCount.PRODUCE_CONVERSIONS, 1);
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
