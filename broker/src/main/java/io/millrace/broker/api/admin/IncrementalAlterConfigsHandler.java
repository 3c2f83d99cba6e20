package io.millrace.broker.api.admin;

import io.millrace.broker.api.Repeated;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.api.Stages;
import io.millrace.broker.config.Setting;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.IncrementalAlterConfigsRequest;
import io.millrace.protocol.message.IncrementalAlterConfigsRequest.Resource;
import io.millrace.protocol.message.IncrementalAlterConfigsResponse;
import io.millrace.protocol.message.IncrementalAlterConfigsResponse.Response;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** IncrementalAlterConfigs, key 44, versions 0-1: sets, deletes, appends and subtracts single settings (KIP-339). */
public final class IncrementalAlterConfigsHandler
        implements RequestHandler<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse> {
    private static final byte SET = 0;
    private static final byte DELETE = 1;
    private static final byte APPEND = 2;
    private static final byte SUBTRACT = 3;

    private final ConfigChanges changes;
    private final ConfigCatalog catalog;
    private final LoggerConfigs loggers;

    public IncrementalAlterConfigsHandler(ConfigChanges changes, ConfigCatalog catalog, LoggerConfigs loggers) {
        this.loggers = loggers;
        this.changes = changes;
        this.catalog = catalog;
    }

    @Override
    public CompletionStage<IncrementalAlterConfigsResponse> handle(
            RequestContext context, IncrementalAlterConfigsRequest request) {
        Set<ConfigChanges.Resource> repeated =
                Repeated.in(request.resources().stream().map(IncrementalAlterConfigsHandler::named));
        return Stages.all(request.resources().stream()
                        .map(resource -> apply(resource, repeated, request.validateOnly())
                                .thenApply(outcome -> new Response(
                                        outcome.error().code(),
                                        outcome.message(),
                                        resource.resourceType(),
                                        resource.resourceName())))
                        .toList())
                .thenApply(responses -> IncrementalAlterConfigsResponse.builder()
                        .responses(responses)
                        .build());
    }

    private CompletionStage<ConfigChanges.Outcome> apply(
            Resource resource, Set<ConfigChanges.Resource> repeated, boolean validateOnly) {
        return resource.resourceType() == LoggerConfigs.BROKER_LOGGER && !repeated.contains(named(resource))
                ? CompletableFuture.completedFuture(
                        loggers.change(resource.resourceName(), resource.configs(), validateOnly))
                : changes.apply(named(resource), repeated, before -> changed(before, resource), validateOnly);
    }

    private static ConfigChanges.Resource named(Resource resource) {
        return new ConfigChanges.Resource(resource.resourceType(), resource.resourceName());
    }

    private Map<String, String> changed(Map<String, String> before, Resource resource) {
        Map<String, String> after = new LinkedHashMap<>(before);
        Set<String> seen = new HashSet<>();
        for (Resource.Config config : resource.configs()) {
            if (!seen.add(config.name())) {
                throw new ApiException(ErrorCode.INVALID_REQUEST, config.name() + " is changed twice");
            }
            if (config.configOperation() == DELETE) {
                if (after.remove(config.name()) == null) {
                    checkExists(before, resource, config.name()); // what was never set has to exist at least
                }
                continue;
            }
            if (config.value() == null) {
                throw new ApiException(ErrorCode.INVALID_REQUEST, config.name() + " has no value");
            }
            switch (config.configOperation()) {
                case SET -> after.put(config.name(), config.value());
                case APPEND -> after.put(config.name(), edited(before, resource, config, true));
                case SUBTRACT -> after.put(config.name(), edited(before, resource, config, false));
                default ->
                    throw new ApiException(
                            ErrorCode.INVALID_REQUEST, "operation " + config.configOperation() + " is not known");
            }
        }
        return after;
    }

    private String edited(Map<String, String> before, Resource resource, Resource.Config config, boolean append) {
        if (resource.resourceType() == ConfigCatalog.BROKER) {
            changes.checkChangeable(config.name());
            throw new ApiException(ErrorCode.INVALID_CONFIG, config.name() + " is no list");
        }
        ConfigCatalog.Entry entry = entry(before, config.name());
        if (entry.type() != Setting.Type.LIST) {
            throw new ApiException(ErrorCode.INVALID_CONFIG, config.name() + " is no list");
        }
        List<String> values = new ArrayList<>(split(entry.value()));
        List<String> given = split(config.value());
        if (append) {
            given.stream().filter(value -> !values.contains(value)).forEach(values::add);
        } else {
            values.removeAll(given);
        }
        return String.join(",", values);
    }

    private void checkExists(Map<String, String> before, Resource resource, String name) {
        if (resource.resourceType() == ConfigCatalog.BROKER) {
            changes.checkChangeable(name);
        } else {
            entry(before, name);
        }
    }

    private ConfigCatalog.Entry entry(Map<String, String> before, String name) {
        // of lists alone, which depend neither on the copies nor on what changes while brokers run
        return catalog.ofTopic(before, 1, ConfigCatalog.Dynamic.NONE).stream()
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ApiException(ErrorCode.INVALID_CONFIG, "topics have no setting " + name));
    }

    private static List<String> split(String list) {
        return Arrays.stream(list.split(","))
                .map(String::trim)
                .filter(value -> !value.isEmpty())
                .toList();
    }
}
