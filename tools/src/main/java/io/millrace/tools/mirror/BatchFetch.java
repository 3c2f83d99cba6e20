package io.millrace.tools.mirror;

import io.millrace.client.IsolationLevel;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.Target;
import io.millrace.client.net.Topology;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Fetches once from one partition of a cluster.
 *
 * <p>Threading: one thread's, which waits.
 */
final class BatchFetch {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int NO_SESSION = -1;

    private final ClusterClient client;
    private final IsolationLevel isolation;
    private final int maxBytes;

    /**
     * @param isolation what it sees of transactions
     * @param maxBytes of records in an answer, unless the first batch alone is larger
     */
    BatchFetch(ClusterClient client, IsolationLevel isolation, int maxBytes) {
        this.client = client;
        this.isolation = isolation;
        this.maxBytes = maxBytes;
    }

    /** What there is from an offset on; its records are the caller's. Empty while nobody leads. */
    Optional<FetchResponse.Response.Partition> from(TopicPartition partition, long offset) throws InterruptedException {
        Topology.Topic topic = Calls.await(client.routing().topic(partition.topic(), PATIENCE));
        int leader = client.routing().topology().leader(partition);
        if (leader == Topology.NO_LEADER) {
            client.thread().run(() -> client.routing().doubt());
            return Optional.empty();
        }
        FetchRequest.Topic.Partition asked = FetchRequest.Topic.Partition.builder()
                .partition(partition.partition())
                .fetchOffset(offset)
                .currentLeaderEpoch(-1)
                .lastFetchedEpoch(-1)
                .partitionMaxBytes(maxBytes)
                .build();
        FetchResponse answer = Calls.await(client.call(
                Target.fetch(leader),
                FetchRequest.builder()
                        .maxWaitMs(0)
                        .maxBytes(maxBytes)
                        .isolationLevel(isolation.code())
                        .sessionEpoch(NO_SESSION)
                        .topics(List.of(new FetchRequest.Topic(partition.topic(), topic.id(), List.of(asked))))
                        .build()));
        return answer.responses().stream()
                .flatMap(told -> told.partitions().stream())
                .findFirst();
    }
}
