package io.millrace.broker.api.admin;

import io.millrace.broker.api.Failures;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.api.Stages;
import io.millrace.broker.cluster.TopicChanges;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.CreatePartitionsRequest;
import io.millrace.protocol.message.CreatePartitionsResponse;
import io.millrace.protocol.message.CreatePartitionsResponse.Result;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** CreatePartitions, key 37, versions 0-3: gives topics more partitions; nothing that is stored moves. */
public final class CreatePartitionsHandler
        implements RequestHandler<CreatePartitionsRequest, CreatePartitionsResponse> {
    private final TopicChanges changes;
    private final Supplier<CompletionStage<Void>> applied;

    /** @param applied completes when this broker has done what the cluster says at that moment */
    public CreatePartitionsHandler(TopicChanges changes, Supplier<CompletionStage<Void>> applied) {
        this.applied = applied;
        this.changes = changes;
    }

    @Override
    public CompletionStage<CreatePartitionsResponse> handle(RequestContext context, CreatePartitionsRequest request) {
        Set<String> seen = new HashSet<>();
        Set<String> twice = new HashSet<>();
        request.topics().stream()
                .map(CreatePartitionsRequest.Topic::name)
                .filter(name -> !seen.add(name))
                .forEach(twice::add);
        return Stages.all(request.topics().stream()
                        .filter(topic -> !twice.contains(topic.name()) || seen.remove(topic.name()))
                        .map(topic -> twice.contains(topic.name())
                                ? CompletableFuture.completedFuture(failed(
                                        topic.name(),
                                        new ApiException(
                                                ErrorCode.INVALID_REQUEST, "the request names this topic twice")))
                                : grow(topic, request))
                        .toList())
                .thenApply(results ->
                        CreatePartitionsResponse.builder().results(results).build());
    }

    private CompletionStage<Result> grow(CreatePartitionsRequest.Topic topic, CreatePartitionsRequest request) {
        List<List<Integer>> assignment = Optional.ofNullable(topic.assignments()).orElse(List.of()).stream()
                .map(CreatePartitionsRequest.Topic.Assignment::brokerIds)
                .toList();
        Result done = Result.builder().name(topic.name()).build();
        try {
            if (request.validateOnly()) {
                changes.planGrowth(topic.name(), topic.count(), assignment);
                return CompletableFuture.completedFuture(done);
            }
            return changes.grow(topic.name(), topic.count(), assignment, Duration.ofMillis(request.timeoutMs()))
                    .thenCompose(grown -> applied.get())
                    .handle((grown, failure) -> failure == null ? done : failed(topic.name(), Failures.of(failure)));
        } catch (ApiException e) {
            return CompletableFuture.completedFuture(failed(topic.name(), e));
        }
    }

    private static Result failed(String topic, ApiException why) {
        return Result.builder()
                .name(topic)
                .errorCode(why.error())
                .errorMessage(why.getMessage())
                .build();
    }
}
