package io.millrace.broker.api.meta;

import io.millrace.broker.api.AuthorizedOperations;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.DescribeClusterRequest;
import io.millrace.protocol.message.DescribeClusterResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** DescribeCluster, key 60, versions 0-2: the live brokers. There are no controllers to describe. */
public final class DescribeClusterHandler implements RequestHandler<DescribeClusterRequest, DescribeClusterResponse> {
    private static final byte BROKERS = 1;
    private static final byte CONTROLLERS = 2;

    private final ClusterStore cluster;
    private final Addresses addresses;

    public DescribeClusterHandler(ClusterStore cluster, Addresses addresses) {
        this.cluster = cluster;
        this.addresses = addresses;
    }

    @Override
    public CompletionStage<DescribeClusterResponse> handle(RequestContext context, DescribeClusterRequest request) {
        if (request.endpointType() != BROKERS) {
            boolean controllers = request.endpointType() == CONTROLLERS;
            return CompletableFuture.completedFuture(DescribeClusterResponse.builder()
                    .errorCode(controllers ? ErrorCode.MISMATCHED_ENDPOINT_TYPE : ErrorCode.UNSUPPORTED_ENDPOINT_TYPE)
                    .errorMessage("this is a broker: endpoint type " + request.endpointType() + " is not here")
                    .build());
        }
        ClusterView view = cluster.view();
        return CompletableFuture.completedFuture(DescribeClusterResponse.builder()
                .clusterId(view.clusterId())
                .controllerId(addresses.self())
                .brokers(addresses.all(view, context).stream()
                        .map(node -> DescribeClusterResponse.Broker.builder()
                                .brokerId(node.id())
                                .host(node.host())
                                .port(node.port())
                                .rack(node.rack().orElse(null))
                                .build())
                        .toList())
                .clusterAuthorizedOperations(
                        request.includeClusterAuthorizedOperations()
                                ? AuthorizedOperations.CLUSTER
                                : AuthorizedOperations.NOT_ASKED)
                .build());
    }
}
