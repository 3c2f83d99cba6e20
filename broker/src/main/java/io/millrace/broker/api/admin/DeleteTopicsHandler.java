package io.millrace.broker.api.admin;

import io.millrace.broker.api.Failures;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.api.Stages;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.TopicChanges;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.config.Setting;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.DeleteTopicsRequest;
import io.millrace.protocol.message.DeleteTopicsResponse;
import io.millrace.protocol.message.DeleteTopicsResponse.Response;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** DeleteTopics, key 20, versions 0-6: by name, from version 6 on by id too. */
public final class DeleteTopicsHandler implements RequestHandler<DeleteTopicsRequest, DeleteTopicsResponse> {
    public static final Setting<Boolean> ENABLED =
            Setting.ofBoolean("delete.topic.enable", true, "Whether topics can be deleted.");

    private static final int FIRST_WITH_DISABLED_ERROR = 3;
    private static final int FIRST_WITH_IDS = 6;

    private final ClusterStore cluster;
    private final TopicChanges changes;
    private final boolean enabled;
    private final Supplier<CompletionStage<Void>> applied;

    /** @param applied completes when this broker has done what the cluster says at that moment */
    public DeleteTopicsHandler(
            ClusterStore cluster, TopicChanges changes, boolean enabled, Supplier<CompletionStage<Void>> applied) {
        this.applied = applied;
        this.cluster = cluster;
        this.changes = changes;
        this.enabled = enabled;
    }

    /** A topic as the request names it; one of both. */
    private record Named(Optional<String> name, Uuid id) {}

    @Override
    public CompletionStage<DeleteTopicsResponse> handle(RequestContext context, DeleteTopicsRequest request) {
        List<Named> named = context.version() >= FIRST_WITH_IDS
                ? request.topics().stream()
                        .map(topic -> new Named(Optional.ofNullable(topic.name()), topic.topicId()))
                        .toList()
                : request.topicNames().stream()
                        .map(name -> new Named(Optional.of(name), Uuid.ZERO))
                        .toList();
        Set<Named> seen = new HashSet<>();
        Set<Named> twice = new HashSet<>();
        named.stream().filter(topic -> !seen.add(topic)).forEach(twice::add);
        Duration timeout = Duration.ofMillis(request.timeoutMs());
        return Stages.all(named.stream()
                        .distinct()
                        .map(topic -> delete(context, topic, twice.contains(topic), timeout))
                        .toList())
                .thenApply(responses ->
                        DeleteTopicsResponse.builder().responses(responses).build());
    }

    private CompletionStage<Response> delete(RequestContext context, Named topic, boolean twice, Duration timeout) {
        Response.Builder response =
                Response.builder().name(topic.name().orElse(null)).topicId(topic.id());
        try {
            if (twice || topic.name().isPresent() != topic.id().isZero()) {
                throw new ApiException(
                        ErrorCode.INVALID_REQUEST, "a topic has to be named once, by its name or by its id");
            }
            if (!enabled) {
                throw new ApiException(
                        context.version() < FIRST_WITH_DISABLED_ERROR
                                ? ErrorCode.INVALID_REQUEST
                                : ErrorCode.TOPIC_DELETION_DISABLED,
                        ENABLED.name() + " is false on this broker");
            }
            TopicState found = find(topic);
            response.name(found.name()).topicId(found.id());
            return changes.delete(found, timeout)
                    .thenCompose(deleted -> applied.get())
                    .handle((done, failure) ->
                            failure == null ? response.build() : failed(response, told(topic, Failures.of(failure))));
        } catch (ApiException e) {
            return CompletableFuture.completedFuture(failed(response, e));
        }
    }

    private TopicState find(Named topic) {
        if (topic.name().isPresent()) {
            String name = topic.name().get();
            return cluster.view()
                    .topic(name)
                    .orElseThrow(
                            () -> new ApiException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic " + name));
        }
        return cluster.view()
                .topic(topic.id())
                .orElseThrow(() -> new ApiException(ErrorCode.UNKNOWN_TOPIC_ID, "no topic has the id " + topic.id()));
    }

    /** Who named a topic is told nothing of ids: the topic that he may have meant is gone. */
    private static ApiException told(Named topic, ApiException why) {
        return topic.name().isPresent() && why.error() == ErrorCode.UNKNOWN_TOPIC_ID
                ? new ApiException(
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        "topic " + topic.name().get() + " was deleted and made anew meanwhile")
                : why;
    }

    private static Response failed(Response.Builder response, ApiException why) {
        return response.errorCode(why.error()).errorMessage(why.getMessage()).build();
    }
}
