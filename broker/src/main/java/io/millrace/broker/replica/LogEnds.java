package io.millrace.broker.replica;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.log.LeaderEpochs.EpochEnd;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.OffsetForLeaderEpochRequest;
import io.millrace.protocol.message.OffsetForLeaderEpochResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Asks another broker where its logs end, led or not: an OffsetForLeaderEpoch by a replica for an epoch that is above all
 * there can be, which no client sends.
 */
final class LogEnds {
    private static final short VERSION = 4;
    private static final long TIMEOUT_MS = 3_000;

    private final int self;
    private final PeerClient peers;

    LogEnds(int self, PeerClient peers) {
        this.self = self;
        this.peers = peers;
    }

    /** The last epoch and the end of each partition's log; of one that the broker does not have, nothing. */
    CompletionStage<Map<TopicPartition, EpochEnd>> of(BrokerRegistration peer, List<TopicPartition> ids) {
        Map<String, List<OffsetForLeaderEpochRequest.Topic.Partition>> byTopic = new LinkedHashMap<>();
        for (TopicPartition id : ids) {
            byTopic.computeIfAbsent(id.topic(), name -> new ArrayList<>())
                    .add(OffsetForLeaderEpochRequest.Topic.Partition.builder()
                            .partition(id.partition())
                            .leaderEpoch(Partition.LAST_EPOCH)
                            .build());
        }
        List<OffsetForLeaderEpochRequest.Topic> topics = new ArrayList<>();
        byTopic.forEach((name, partitions) -> topics.add(new OffsetForLeaderEpochRequest.Topic(name, partitions)));
        OffsetForLeaderEpochRequest request = OffsetForLeaderEpochRequest.builder()
                .replicaId(self)
                .topics(topics)
                .build();
        return peers.ask(
                        peer,
                        PeerClient.Purpose.CONTROL,
                        ApiKey.OFFSET_FOR_LEADER_EPOCH,
                        VERSION,
                        request,
                        OffsetForLeaderEpochResponse.class,
                        TIMEOUT_MS)
                .thenApply(LogEnds::read);
    }

    private static Map<TopicPartition, EpochEnd> read(OffsetForLeaderEpochResponse response) {
        Map<TopicPartition, EpochEnd> ends = new HashMap<>();
        for (OffsetForLeaderEpochResponse.Topic topic : response.topics()) {
            for (OffsetForLeaderEpochResponse.Topic.Partition partition : topic.partitions()) {
                if (partition.errorCode() == ErrorCode.NONE.code()) {
                    ends.put(
                            new TopicPartition(topic.topic(), partition.partition()),
                            new EpochEnd(partition.leaderEpoch(), partition.endOffset()));
                }
            }
        }
        return ends;
    }
}
