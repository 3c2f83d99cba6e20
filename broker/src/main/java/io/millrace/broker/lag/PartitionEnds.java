package io.millrace.broker.lag;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.replica.Partition;
import io.millrace.broker.replica.Partitions;
import io.millrace.broker.replica.PeerClient;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ListOffsetsRequest;
import io.millrace.protocol.message.ListOffsetsResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where partitions end, up to which consumers may read: of those that are led here at once, of all others by one question
 * to each leader.
 *
 * <p>Threading: any thread; waits for nobody.
 */
final class PartitionEnds {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionEnds.class);
    private static final short VERSION = 5;
    private static final int CONSUMER = -1;
    private static final int ANY_EPOCH = -1;
    private static final long LATEST = -1;
    private static final long TIMEOUT_MS = 3_000;

    private final ClusterStore cluster;
    private final Partitions partitions;
    private final PeerClient peers;

    PartitionEnds(ClusterStore cluster, Partitions partitions, PeerClient peers) {
        this.cluster = cluster;
        this.partitions = partitions;
        this.peers = peers;
    }

    /** The ends of those that tell. Never fails. */
    CompletionStage<Map<TopicPartition, Long>> of(Collection<TopicPartition> ids) {
        Map<TopicPartition, Long> ends = new ConcurrentHashMap<>();
        Map<Integer, Map<String, List<ListOffsetsRequest.Topic.Partition>>> elsewhere = new HashMap<>();
        ClusterView view = cluster.view();
        for (TopicPartition id : ids) {
            Optional<Partition> here = partitions.find(id).filter(Partition::isLed);
            if (here.isPresent()) {
                ends.put(id, here.get().end(false).offset());
            } else {
                view.partition(id).filter(state -> state.hasLeader()).ifPresent(state -> elsewhere
                        .computeIfAbsent(state.leader(), leader -> new HashMap<>())
                        .computeIfAbsent(id.topic(), topic -> new ArrayList<>())
                        .add(ListOffsetsRequest.Topic.Partition.builder()
                                .partitionIndex(id.partition())
                                .currentLeaderEpoch(ANY_EPOCH)
                                .timestamp(LATEST)
                                .build()));
            }
        }
        List<CompletableFuture<Void>> asked = new ArrayList<>();
        elsewhere.forEach((leader, topics) -> view.broker(leader)
                .ifPresent(peer -> asked.add(ask(peer, topics, ends).toCompletableFuture())));
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> ends);
    }

    private CompletionStage<Void> ask(
            BrokerRegistration peer,
            Map<String, List<ListOffsetsRequest.Topic.Partition>> topics,
            Map<TopicPartition, Long> ends) {
        List<ListOffsetsRequest.Topic> wanted = new ArrayList<>();
        topics.forEach((name, numbers) -> wanted.add(new ListOffsetsRequest.Topic(name, numbers)));
        ListOffsetsRequest request =
                ListOffsetsRequest.builder().replicaId(CONSUMER).topics(wanted).build();
        return peers.ask(
                        peer,
                        PeerClient.Purpose.CONTROL,
                        ApiKey.LIST_OFFSETS,
                        VERSION,
                        request,
                        ListOffsetsResponse.class,
                        TIMEOUT_MS)
                .handle((answer, failure) -> {
                    if (failure == null) {
                        read(answer, ends);
                    } else {
                        LOG.debug("Broker {} does not tell where its partitions end", peer.id(), failure);
                    }
                    return null;
                });
    }

    private static void read(ListOffsetsResponse answer, Map<TopicPartition, Long> ends) {
        for (ListOffsetsResponse.Topic topic : answer.topics()) {
            for (ListOffsetsResponse.Topic.Partition partition : topic.partitions()) {
                if (partition.errorCode() == 0) {
                    ends.put(new TopicPartition(topic.name(), partition.partitionIndex()), partition.offset());
                }
            }
        }
    }
}
