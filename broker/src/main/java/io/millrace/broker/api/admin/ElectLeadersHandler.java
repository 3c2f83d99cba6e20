package io.millrace.broker.api.admin;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.replica.Leadership;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.ElectLeadersRequest;
import io.millrace.protocol.message.ElectLeadersResponse;
import io.millrace.protocol.message.ElectLeadersResponse.ReplicaElectionResult;
import io.millrace.protocol.message.ElectLeadersResponse.ReplicaElectionResult.PartitionResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;

/** ElectLeaders, key 43, versions 0-2: has the preferred replicas lead, or any that is left. */
public final class ElectLeadersHandler implements RequestHandler<ElectLeadersRequest, ElectLeadersResponse> {
    private static final byte PREFERRED = 0;
    private static final byte UNCLEAN = 1;

    /** The client id of brokers: what one of them passes on is not passed on again. */
    private static final String PEER = "broker-";

    private final ClusterStore cluster;
    private final Leadership leadership;

    public ElectLeadersHandler(ClusterStore cluster, Leadership leadership) {
        this.cluster = cluster;
        this.leadership = leadership;
    }

    @Override
    public CompletionStage<ElectLeadersResponse> handle(RequestContext context, ElectLeadersRequest request) {
        byte type = request.electionType();
        boolean all = request.topicPartitions() == null;
        List<TopicPartition> ids = all ? everything() : named(request);
        if (type != PREFERRED && type != UNCLEAN) {
            return CompletableFuture.completedFuture(ElectLeadersResponse.builder()
                    .errorCode(context.version() == 0 ? ErrorCode.NONE : ErrorCode.INVALID_REQUEST)
                    .build());
        }
        boolean mayPassOn = !context.clientId().startsWith(PEER);
        return leadership.elect(ids, type == UNCLEAN, mayPassOn).thenApply(outcomes -> answer(outcomes, all));
    }

    private List<TopicPartition> everything() {
        return cluster.view().topics().stream()
                .flatMap(topic -> IntStream.range(0, topic.partitionCount())
                        .mapToObj(number -> new TopicPartition(topic.name(), number)))
                .toList();
    }

    private static List<TopicPartition> named(ElectLeadersRequest request) {
        return request.topicPartitions().stream()
                .flatMap(topic -> topic.partitions().stream().map(number -> new TopicPartition(topic.topic(), number)))
                .distinct()
                .toList();
    }

    /** Who asked for all does not want to hear of those where nothing was to do. */
    private static ElectLeadersResponse answer(Map<TopicPartition, ErrorCode> outcomes, boolean all) {
        Map<String, List<PartitionResult>> byTopic = new LinkedHashMap<>();
        outcomes.forEach((id, error) -> {
            if (!all || error != ErrorCode.ELECTION_NOT_NEEDED) {
                byTopic.computeIfAbsent(id.topic(), name -> new ArrayList<>())
                        .add(new PartitionResult(id.partition(), error.code(), message(error)));
            }
        });
        List<ReplicaElectionResult> results = new ArrayList<>();
        byTopic.forEach((topic, partitions) -> results.add(new ReplicaElectionResult(topic, partitions)));
        return ElectLeadersResponse.builder().replicaElectionResults(results).build();
    }

    private static String message(ErrorCode error) {
        return switch (error) {
            case NONE -> null;
            case ELECTION_NOT_NEEDED -> "the leader is the one that is wanted already";
            case PREFERRED_LEADER_NOT_AVAILABLE -> "the preferred replica is away or not in sync";
            case ELIGIBLE_LEADERS_NOT_AVAILABLE -> "no replica is there that could lead";
            default -> "the election failed with " + error;
        };
    }
}
