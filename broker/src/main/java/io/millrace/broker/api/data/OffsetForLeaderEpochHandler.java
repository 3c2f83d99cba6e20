package io.millrace.broker.api.data;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.log.LeaderEpochs.EpochEnd;
import io.millrace.broker.replica.Partition;
import io.millrace.broker.replica.Partitions;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.OffsetForLeaderEpochRequest;
import io.millrace.protocol.message.OffsetForLeaderEpochResponse;
import io.millrace.protocol.message.OffsetForLeaderEpochResponse.Topic;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** OffsetForLeaderEpoch, key 23, versions 0-4: where the records of a leader epoch end (KIP-101, KIP-320). */
public final class OffsetForLeaderEpochHandler
        implements RequestHandler<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse> {
    private final Partitions partitions;

    public OffsetForLeaderEpochHandler(Partitions partitions) {
        this.partitions = partitions;
    }

    @Override
    public CompletionStage<OffsetForLeaderEpochResponse> handle(
            RequestContext context, OffsetForLeaderEpochRequest request) {
        return CompletableFuture.completedFuture(OffsetForLeaderEpochResponse.builder()
                .topics(request.topics().stream()
                        .map(topic -> new Topic(
                                topic.topic(),
                                topic.partitions().stream()
                                        .map(asked -> find(topic.topic(), asked, request.replicaId() >= 0))
                                        .toList()))
                        .toList())
                .build());
    }

    /** A broker may also ask one that does not lead, where nobody does: for the end of its log. */
    private Topic.Partition find(String topic, OffsetForLeaderEpochRequest.Topic.Partition asked, boolean byReplica) {
        Topic.Partition.Builder answer = Topic.Partition.builder().partition(asked.partition());
        try {
            Partition partition = partitions.leading(new TopicPartition(topic, asked.partition()));
            EpochEnd end;
            if (byReplica && asked.leaderEpoch() == Partition.LAST_EPOCH) {
                end = partition.lastOfLog();
            } else {
                partition.checkLeaderEpoch(asked.currentLeaderEpoch());
                end = partition.endOfEpoch(asked.leaderEpoch());
            }
            return answer.leaderEpoch(end.epoch()).endOffset(end.endOffset()).build();
        } catch (ApiException e) {
            return answer.errorCode(e.error()).build();
        }
    }
}
