package io.millrace.broker.api.admin;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.DescribeConfigsRequest;
import io.millrace.protocol.message.DescribeConfigsResponse;
import io.millrace.protocol.message.DescribeConfigsResponse.Result;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** DescribeConfigs, key 32, versions 1-4: the settings of topics and of this broker, and where each value comes from. */
public final class DescribeConfigsHandler implements RequestHandler<DescribeConfigsRequest, DescribeConfigsResponse> {
    private static final int FIRST_WITH_SOURCES = 1;
    private static final int FIRST_WITH_TYPES = 3;

    private final int self;
    private final ClusterStore cluster;
    private final ConfigCatalog catalog;
    private final LoggerConfigs loggers;

    public DescribeConfigsHandler(int self, ClusterStore cluster, ConfigCatalog catalog, LoggerConfigs loggers) {
        this.loggers = loggers;
        this.self = self;
        this.cluster = cluster;
        this.catalog = catalog;
    }

    @Override
    public CompletionStage<DescribeConfigsResponse> handle(RequestContext context, DescribeConfigsRequest request) {
        return CompletableFuture.completedFuture(DescribeConfigsResponse.builder()
                .results(request.resources().stream()
                        .map(resource -> describe(context, request, resource))
                        .toList())
                .build());
    }

    private Result describe(
            RequestContext context, DescribeConfigsRequest request, DescribeConfigsRequest.Resource resource) {
        Result.Builder result = Result.builder()
                .resourceType(resource.resourceType())
                .resourceName(resource.resourceName())
                .errorMessage("");
        try {
            if (resource.resourceType() == LoggerConfigs.BROKER_LOGGER) {
                return result.configs(loggers(resource)).build();
            }
            List<String> keys = resource.configurationKeys();
            return result.configs(entries(resource).stream()
                            .filter(entry -> keys == null || keys.isEmpty() || keys.contains(entry.name()))
                            .map(entry -> config(context, request, entry))
                            .toList())
                    .build();
        } catch (ApiException e) {
            return result.errorCode(e.error()).errorMessage(e.getMessage()).build();
        }
    }

    private List<Result.Config> loggers(DescribeConfigsRequest.Resource resource) {
        List<String> keys = resource.configurationKeys();
        return loggers.levels(resource.resourceName()).entrySet().stream()
                .filter(level -> keys == null || keys.isEmpty() || keys.contains(level.getKey()))
                .map(level -> Result.Config.builder()
                        .name(level.getKey())
                        .value(level.getValue())
                        .configSource(LoggerConfigs.SOURCE)
                        .build())
                .toList();
    }

    private List<ConfigCatalog.Entry> entries(DescribeConfigsRequest.Resource resource) {
        String name = resource.resourceName();
        if (resource.resourceType() == ConfigCatalog.TOPIC) {
            ClusterView view = cluster.view();
            TopicState topic = view.topic(name)
                    .orElseThrow(
                            () -> new ApiException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic " + name));
            return catalog.ofTopic(
                    view.config(new ConfigScope.Topic(name)),
                    topic.replicationFactor(0),
                    ConfigCatalog.Dynamic.of(view, self));
        }
        if (resource.resourceType() == ConfigCatalog.BROKER) {
            if (name.isEmpty()) {
                return catalog.ofAllBrokers(cluster.view().config(new ConfigScope.AllBrokers()));
            }
            if (!name.equals(Integer.toString(self))) {
                throw new ApiException(
                        ErrorCode.INVALID_REQUEST, "this is broker " + self + "; ask broker " + name + " itself");
            }
            return catalog.ofBroker(ConfigCatalog.Dynamic.of(cluster.view(), self));
        }
        throw new ApiException(
                ErrorCode.INVALID_REQUEST, "resource type " + resource.resourceType() + " has no settings here");
    }

    private static Result.Config config(
            RequestContext context, DescribeConfigsRequest request, ConfigCatalog.Entry entry) {
        Result.Config.Builder config = Result.Config.builder()
                .name(entry.name())
                .value(entry.value())
                .readOnly(entry.readOnly())
                .configSource(entry.source().code());
        if (request.includeSynonyms()) {
            config.synonyms(entry.synonyms().stream()
                    .map(synonym -> new Result.Config.Synonym(
                            synonym.name(), synonym.value(), synonym.source().code()))
                    .toList());
        }
        if (context.version() < FIRST_WITH_SOURCES) {
            config.isDefault(entry.source() == ConfigCatalog.Source.DEFAULT);
        }
        if (context.version() >= FIRST_WITH_TYPES) {
            config.configType(entry.type().code());
            config.documentation(request.includeDocumentation() ? entry.doc() : null);
        }
        return config.build();
    }
}
