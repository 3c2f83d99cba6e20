package io.millrace.broker.api.data;

import io.millrace.broker.api.Failures;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.api.Stages;
import io.millrace.broker.log.MirrorSource;
import io.millrace.broker.replica.Appended;
import io.millrace.broker.replica.Leadership;
import io.millrace.broker.replica.MirroredBatches;
import io.millrace.broker.replica.Partition;
import io.millrace.broker.replica.Partitions;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.MirrorAppendRequest;
import io.millrace.protocol.message.MirrorAppendResponse;
import io.millrace.protocol.message.MirrorAppendResponse.Topic;
import io.millrace.protocol.record.BufferSlice;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * MirrorAppend, key 10000, version 0, of Millrace alone: appends batches of another cluster's topic at the offsets that they
 * have there. Answered when all of them are below the high watermark.
 */
public final class MirrorAppendHandler implements RequestHandler<MirrorAppendRequest, MirrorAppendResponse> {
    private final Partitions partitions;
    private final Leadership leadership;
    private final ScheduledExecutorService timer;

    /** @param timer for the end of a wait; runs nothing long */
    public MirrorAppendHandler(Partitions partitions, Leadership leadership, ScheduledExecutorService timer) {
        this.partitions = partitions;
        this.leadership = leadership;
        this.timer = timer;
    }

    @Override
    public CompletionStage<MirrorAppendResponse> handle(RequestContext context, MirrorAppendRequest request) {
        List<CompletionStage<Topic>> topics = new ArrayList<>(request.topics().size());
        for (MirrorAppendRequest.Topic topic : request.topics()) {
            MirrorSource source =
                    new MirrorSource(request.sourceClusterId(), topic.sourceTopic(), topic.sourceTopicId());
            List<CompletionStage<Topic.Partition>> answers =
                    new ArrayList<>(topic.partitions().size());
            for (MirrorAppendRequest.Topic.Partition sent : topic.partitions()) {
                answers.add(append(new TopicPartition(topic.name(), sent.index()), source, sent, request.timeoutMs()));
            }
            topics.add(Stages.all(answers).thenApply(all -> new Topic(topic.name(), all)));
        }
        return Stages.all(topics)
                .thenApply(all -> MirrorAppendResponse.builder().topics(all).build());
    }

    private CompletionStage<Topic.Partition> append(
            TopicPartition id, MirrorSource source, MirrorAppendRequest.Topic.Partition sent, int timeoutMs) {
        try {
            ByteBuffer records =
                    sent.records() == null ? BufferSlice.EMPTY.buffer() : ((BufferSlice) sent.records()).buffer();
            MirroredBatches batches = MirroredBatches.check(
                    source, sent.sourceLeaderEpoch(), sent.sourceLogStartOffset(), sent.fetchOffset(), records);
            Partition partition = partitions.leading(id);
            boolean isLow = partition
                    .leaderEpoch()
                    .filter(epoch -> epoch < batches.leaderEpoch())
                    .isPresent();
            if (!isLow || batches.isQuestion()) {
                return append(partition, batches, timeoutMs)
                        .exceptionally(failure -> refused(id, Failures.of(failure)));
            }
            partition.mirrored().requireTaking(batches); // who is refused has changed nothing
            return leadership
                    .raiseEpoch(partition, batches.leaderEpoch())
                    .thenCompose(done -> append(partition, batches, timeoutMs))
                    .exceptionally(failure -> refused(id, Failures.of(failure)));
        } catch (ApiException e) {
            return CompletableFuture.completedFuture(refused(id, e));
        }
    }

    private CompletionStage<Topic.Partition> append(Partition partition, MirroredBatches batches, int timeoutMs) {
        Appended appended = partition.mirrored().append(batches);
        Topic.Partition answer = Topic.Partition.builder()
                .index(partition.id().partition())
                .logStartOffset(appended.logStartOffset())
                .logEndOffset(appended.lastOffset() + 1)
                .build();
        if (batches.isQuestion() || partition.isCommitted(appended)) {
            return CompletableFuture.completedFuture(answer);
        }
        CompletableFuture<Void> committed = partition.whenCommitted(appended, true);
        ScheduledFuture<?> deadline = timer.schedule(() -> committed.cancel(false), timeoutMs, TimeUnit.MILLISECONDS);
        return committed.handle((done, failure) -> {
            deadline.cancel(false);
            if (failure == null) {
                return answer;
            }
            throw committed.isCancelled()
                    ? new ApiException(ErrorCode.REQUEST_TIMED_OUT, "not committed within " + timeoutMs + " ms")
                    : new CompletionException(failure);
        });
    }

    private Topic.Partition refused(TopicPartition id, ApiException why) {
        Topic.Partition.Builder answer = Topic.Partition.builder()
                .index(id.partition())
                .errorCode(why.error())
                .errorMessage(why.getMessage());
        partitions.find(id).ifPresent(partition -> answer.logStartOffset(
                        partition.log().startOffset())
                .logEndOffset(partition.log().endOffset()));
        return answer.build();
    }
}
