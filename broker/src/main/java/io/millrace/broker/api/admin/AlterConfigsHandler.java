package io.millrace.broker.api.admin;

import io.millrace.broker.api.Repeated;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.api.Stages;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.AlterConfigsRequest;
import io.millrace.protocol.message.AlterConfigsResponse;
import io.millrace.protocol.message.AlterConfigsResponse.Response;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** AlterConfigs, key 33, versions 0-2: replaces all settings of a topic by those given. */
public final class AlterConfigsHandler implements RequestHandler<AlterConfigsRequest, AlterConfigsResponse> {
    private final ConfigChanges changes;

    public AlterConfigsHandler(ConfigChanges changes) {
        this.changes = changes;
    }

    @Override
    public CompletionStage<AlterConfigsResponse> handle(RequestContext context, AlterConfigsRequest request) {
        Set<ConfigChanges.Resource> repeated =
                Repeated.in(request.resources().stream().map(AlterConfigsHandler::named));
        return Stages.all(request.resources().stream()
                        .map(resource -> changes.apply(
                                        named(resource), repeated, before -> wanted(resource), request.validateOnly())
                                .thenApply(outcome -> new Response(
                                        outcome.error().code(),
                                        outcome.message(),
                                        resource.resourceType(),
                                        resource.resourceName())))
                        .toList())
                .thenApply(responses ->
                        AlterConfigsResponse.builder().responses(responses).build());
    }

    private static ConfigChanges.Resource named(AlterConfigsRequest.Resource resource) {
        return new ConfigChanges.Resource(resource.resourceType(), resource.resourceName());
    }

    private static Map<String, String> wanted(AlterConfigsRequest.Resource resource) {
        Map<String, String> wanted = new LinkedHashMap<>();
        for (AlterConfigsRequest.Resource.Config config : resource.configs()) {
            if (config.value() == null) {
                throw new ApiException(ErrorCode.INVALID_REQUEST, config.name() + " has no value");
            }
            if (wanted.put(config.name(), config.value()) != null) {
                throw new ApiException(ErrorCode.INVALID_REQUEST, config.name() + " is given twice");
            }
        }
        return wanted;
    }
}
