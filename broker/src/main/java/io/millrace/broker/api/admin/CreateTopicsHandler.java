package io.millrace.broker.api.admin;

import io.millrace.broker.api.Failures;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.api.Stages;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.cluster.NewTopic;
import io.millrace.broker.cluster.TopicChanges;
import io.millrace.broker.cluster.TopicNames;
import io.millrace.broker.cluster.TopicRequest;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.CreateTopicsRequest;
import io.millrace.protocol.message.CreateTopicsResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** CreateTopics, key 19, versions 0-7: answered when every partition has a leader, or the client's time is over. */
public final class CreateTopicsHandler implements RequestHandler<CreateTopicsRequest, CreateTopicsResponse> {
    private static final int FIRST_WITH_DEFAULTS = 4;

    private final int self;
    private final ClusterStore cluster;
    private final TopicChanges changes;
    private final ConfigCatalog catalog;
    private final Supplier<CompletionStage<Void>> applied;

    /** @param applied completes when this broker has done what the cluster says at that moment */
    public CreateTopicsHandler(
            int self,
            ClusterStore cluster,
            TopicChanges changes,
            ConfigCatalog catalog,
            Supplier<CompletionStage<Void>> applied) {
        this.self = self;
        this.applied = applied;
        this.cluster = cluster;
        this.changes = changes;
        this.catalog = catalog;
    }

    @Override
    public CompletionStage<CreateTopicsResponse> handle(RequestContext context, CreateTopicsRequest request) {
        Map<String, Long> times = request.topics().stream()
                .collect(Collectors.groupingBy(
                        CreateTopicsRequest.Topic::name, LinkedHashMap::new, Collectors.counting()));
        Map<String, CreateTopicsRequest.Topic> byName = request.topics().stream()
                .collect(Collectors.toMap(CreateTopicsRequest.Topic::name, Function.identity(), (a, b) -> a));
        Map<String, String> firstOfKind = new HashMap<>(); // by what they are called in metrics
        times.keySet().forEach(name -> firstOfKind.putIfAbsent(TopicNames.inMetrics(name), name));
        List<CompletionStage<CreateTopicsResponse.Topic>> answers = new ArrayList<>();
        times.forEach((name, count) -> answers.add(
                count > 1
                        ? CompletableFuture.completedFuture(
                                failed(name, ErrorCode.INVALID_REQUEST, "the request names this topic twice"))
                        : create(context, request, byName.get(name), firstOfKind.get(TopicNames.inMetrics(name)))));
        return Stages.all(answers)
                .thenApply(
                        topics -> CreateTopicsResponse.builder().topics(topics).build());
    }

    private CompletionStage<CreateTopicsResponse.Topic> create(
            RequestContext context,
            CreateTopicsRequest request,
            CreateTopicsRequest.Topic topic,
            String firstOfItsKind) {
        try {
            if (!topic.name().equals(firstOfItsKind)) {
                throw new ApiException(
                        ErrorCode.INVALID_TOPIC_EXCEPTION,
                        "Topic '" + topic.name() + "' collides with topic '" + firstOfItsKind
                                + "' of the same request: '.' and '_' are the same in the names of metrics");
            }
            TopicRequest wanted = wanted(context, topic);
            if (request.validateOnly()) {
                NewTopic planned = changes.plan(wanted);
                return CompletableFuture.completedFuture(answer(
                        topic.name(),
                        Uuid.ZERO,
                        planned.partitionCount(),
                        planned.replicationFactor(),
                        planned.config()));
            }
            return changes.create(wanted, Duration.ofMillis(request.timeoutMs()))
                    .thenCompose(created -> applied.get().thenApply(done -> created))
                    .handle((created, failure) -> {
                        if (failure == null) {
                            return answer(created);
                        }
                        ApiException why = Failures.of(failure);
                        return failed(topic.name(), why.error(), why.getMessage());
                    });
        } catch (ApiException e) {
            return CompletableFuture.completedFuture(failed(topic.name(), e.error(), e.getMessage()));
        }
    }

    private static TopicRequest wanted(RequestContext context, CreateTopicsRequest.Topic topic) {
        Map<Integer, List<Integer>> assignment = new LinkedHashMap<>();
        for (CreateTopicsRequest.Topic.Assignment replicas : topic.assignments()) {
            if (assignment.put(replicas.partitionIndex(), replicas.brokerIds()) != null) {
                throw new ApiException(
                        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                        "partition " + replicas.partitionIndex() + " is assigned twice");
            }
        }
        boolean usesDefaults =
                topic.numPartitions() == TopicRequest.DEFAULT || topic.replicationFactor() == TopicRequest.DEFAULT;
        if (usesDefaults && assignment.isEmpty() && context.version() < FIRST_WITH_DEFAULTS) {
            throw new ApiException(
                    topic.numPartitions() == TopicRequest.DEFAULT
                            ? ErrorCode.INVALID_PARTITIONS
                            : ErrorCode.INVALID_REPLICATION_FACTOR,
                    "this version of the request has to say how many");
        }
        Map<String, String> config = new LinkedHashMap<>();
        for (CreateTopicsRequest.Topic.Config setting : topic.configs()) {
            if (setting.value() == null) {
                throw new ApiException(ErrorCode.INVALID_CONFIG, setting.name() + " has no value");
            }
            config.put(setting.name(), setting.value());
        }
        return new TopicRequest(
                topic.name(),
                topic.numPartitions(),
                topic.replicationFactor(),
                assignment,
                ConfigChanges.checked(config));
    }

    private CreateTopicsResponse.Topic answer(TopicState topic) {
        return answer(
                topic.name(),
                topic.id(),
                topic.partitionCount(),
                topic.replicas(0).size(),
                cluster.view().config(new ConfigScope.Topic(topic.name())));
    }

    private CreateTopicsResponse.Topic answer(
            String name, Uuid id, int partitions, int replicationFactor, Map<String, String> config) {
        return CreateTopicsResponse.Topic.builder()
                .name(name)
                .topicId(id)
                .errorMessage(null)
                .numPartitions(partitions)
                .replicationFactor((short) replicationFactor)
                .configs(
                        catalog
                                .ofTopic(config, replicationFactor, ConfigCatalog.Dynamic.of(cluster.view(), self))
                                .stream()
                                .map(entry -> CreateTopicsResponse.Topic.Config.builder()
                                        .name(entry.name())
                                        .value(entry.value())
                                        .configSource(entry.source().code())
                                        .build())
                                .toList())
                .build();
    }

    private static CreateTopicsResponse.Topic failed(String name, ErrorCode error, String message) {
        return CreateTopicsResponse.Topic.builder()
                .name(name)
                .errorCode(error)
                .errorMessage(message)
                .build();
    }
}
