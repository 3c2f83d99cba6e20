package io.millrace.broker.api.meta;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ApiVersionsRequest;
import io.millrace.protocol.message.ApiVersionsResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/**
 * ApiVersions, key 18, versions 0-5: what this broker serves.
 */
public final class ApiVersionsHandler implements RequestHandler<ApiVersionsRequest, ApiVersionsResponse> {
    private static final Pattern SOFTWARE = Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9\\-.]*[a-zA-Z0-9])?");
    private static final int FIRST_WITH_SOFTWARE = 3;
    private static final int MAX_SOFTWARE_LENGTH = 255;

    private final int self;
    private final ClusterStore cluster;
    private final ApiVersionsResponse served;
    private final ApiVersionsResponse servedToOurs;

    /** @param keys the APIs that have a handler */
    public ApiVersionsHandler(int self, ClusterStore cluster, List<ApiKey> keys) {
        this.self = self;
        this.cluster = cluster;
        this.served = answer(keys.stream().filter(key -> !key.isOwn()).toList());
        this.servedToOurs = answer(keys);
    }

    private static ApiVersionsResponse answer(List<ApiKey> keys) {
        List<ApiVersionsResponse.ApiKey> ranges = new ArrayList<>();
        for (ApiKey key : keys) {
            ranges.add(new ApiVersionsResponse.ApiKey(key.id(), key.lowestServed(), key.highestVersion()));
        }
        return ApiVersionsResponse.builder().apiKeys(ranges).build();
    }

    @Override
    public CompletionStage<ApiVersionsResponse> handle(RequestContext context, ApiVersionsRequest request) {
        ErrorCode error = check(context, request);
        return CompletableFuture.completedFuture(
                error == ErrorCode.NONE
                        ? (isOurs(context, request) ? servedToOurs : served)
                        : ApiVersionsResponse.builder().errorCode(error).build());
    }

    @Override
    public boolean isOftenPrompt() {
        return true;
    }

    @Override
    public Optional<CompletionStage<ApiVersionsResponse>> tryHandle(
            RequestContext context, ApiVersionsRequest request) {
        return Optional.of(handle(context, request));
    }

    /** Other clients' tables may have no place for keys that Kafka does not know. */
    private static boolean isOurs(RequestContext context, ApiVersionsRequest request) {
        return context.version() >= FIRST_WITH_SOFTWARE
                && request.clientSoftwareName().startsWith("millrace");
    }

    private ErrorCode check(RequestContext context, ApiVersionsRequest request) {
        if (context.version() < FIRST_WITH_SOFTWARE) {
            return ErrorCode.NONE;
        }
        if (!isSoftware(request.clientSoftwareName()) || !isSoftware(request.clientSoftwareVersion())) {
            return ErrorCode.INVALID_REQUEST;
        }
        boolean namesCluster = request.clusterId() != null;
        if (namesCluster != (request.nodeId() >= 0)) {
            return ErrorCode.INVALID_REQUEST;
        }
        boolean elsewhere =
                namesCluster && !(request.clusterId().equals(cluster.view().clusterId()) && request.nodeId() == self);
        return elsewhere ? ErrorCode.REBOOTSTRAP_REQUIRED : ErrorCode.NONE;
    }

    private static boolean isSoftware(String text) {
        return text.length() <= MAX_SOFTWARE_LENGTH && SOFTWARE.matcher(text).matches();
    }
}
