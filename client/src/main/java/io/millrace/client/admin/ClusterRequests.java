package io.millrace.client.admin;

import io.millrace.client.BrokerAddress;
import io.millrace.protocol.message.DescribeClusterRequest;
import io.millrace.protocol.message.DescribeClusterResponse;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;

/** DescribeCluster (KIP-700), at any broker. Threading: any. */
final class ClusterRequests {
    private static final String CLUSTER = "the cluster";

    private final AdminCalls calls;

    ClusterRequests(AdminCalls calls) {
        this.calls = calls;
    }

    CompletionStage<ItemResult<ClusterDescription>> describe() {
        DescribeClusterRequest request = DescribeClusterRequest.builder().build();
        return calls.one(CLUSTER, calls.any(), (broker, items, turn) -> calls.call(broker, request, turn)
                .thenApply(answer -> Map.of(
                        CLUSTER,
                        Joined.result(
                                answer.errorCode(),
                                answer.errorMessage(),
                                "The cluster cannot be described",
                                () -> described(answer)))));
    }

    private static ClusterDescription described(DescribeClusterResponse answer) {
        return new ClusterDescription(
                answer.clusterId(),
                answer.controllerId() < 0 ? OptionalInt.empty() : OptionalInt.of(answer.controllerId()),
                answer.brokers().stream()
                        .map(broker -> new ClusterDescription.Node(
                                broker.brokerId(),
                                new BrokerAddress(broker.host(), broker.port()),
                                Optional.ofNullable(broker.rack())))
                        .sorted(Comparator.comparingInt(ClusterDescription.Node::id))
                        .toList());
    }
}
