package io.millrace.broker.api.admin;

import io.millrace.broker.api.Failures;
import io.millrace.broker.api.Repeated;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.api.Stages;
import io.millrace.broker.cluster.AssignmentWrite;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.Replicas;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.AlterPartitionReassignmentsRequest;
import io.millrace.protocol.message.AlterPartitionReassignmentsResponse;
import io.millrace.protocol.message.AlterPartitionReassignmentsResponse.Response;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * AlterPartitionReassignments, key 45, versions 0-1: has partitions move to other brokers, or stay where they were. It
 * only writes what is wanted; the leaders of the partitions do the rest.
 */
public final class AlterPartitionReassignmentsHandler
        implements RequestHandler<AlterPartitionReassignmentsRequest, AlterPartitionReassignmentsResponse> {
    private static final int MOST_ATTEMPTS = 50; // against leaders that finish other partitions of the topic

    private final ClusterStore cluster;

    public AlterPartitionReassignmentsHandler(ClusterStore cluster) {
        this.cluster = cluster;
    }

    @Override
    public CompletionStage<AlterPartitionReassignmentsResponse> handle(
            RequestContext context, AlterPartitionReassignmentsRequest request) {
        boolean mayResize = request.allowReplicationFactorChange();
        Set<String> repeated =
                Repeated.in(request.topics().stream().map(AlterPartitionReassignmentsRequest.Topic::name));
        return Stages.all(request.topics().stream()
                        .map(topic -> repeated.contains(topic.name())
                                ? CompletableFuture.completedFuture(refused(
                                        topic,
                                        new ApiException(
                                                ErrorCode.INVALID_REQUEST, "the request names this topic twice")))
                                : change(topic, mayResize, MOST_ATTEMPTS))
                        .toList())
                .thenApply(responses -> AlterPartitionReassignmentsResponse.builder()
                        .allowReplicationFactorChange(mayResize)
                        .responses(responses)
                        .build());
    }

    private CompletionStage<Response> change(
            AlterPartitionReassignmentsRequest.Topic asked, boolean mayResize, int attempts) {
        ClusterView view = cluster.view();
        Plan plan = new Plan(view, asked, mayResize);
        if (plan.changes.isEmpty()) {
            return CompletableFuture.completedFuture(plan.response(Optional.empty()));
        }
        return view.topic(asked.name())
                .map(topic -> cluster.changeAssignment(topic, topic.assignment().with(plan.changes)))
                .orElseThrow()
                .handle((outcome, failure) -> {
                    if (failure != null) {
                        return CompletableFuture.completedFuture(plan.response(Optional.of(Failures.of(failure))));
                    }
                    if (outcome instanceof AssignmentWrite.Written) {
                        return CompletableFuture.completedFuture(plan.response(Optional.empty()));
                    }
                    return attempts > 1
                            ? change(asked, mayResize, attempts - 1)
                            : CompletableFuture.completedFuture(plan.response(Optional.of(new ApiException(
                                    ErrorCode.REQUEST_TIMED_OUT, "the topic's assignment keeps changing"))));
                })
                .thenCompose(response -> response);
    }

    private static Response refused(AlterPartitionReassignmentsRequest.Topic topic, ApiException why) {
        return new Response(
                topic.name(),
                topic.partitions().stream()
                        .map(partition -> failed(partition.partitionIndex(), why))
                        .toList());
    }

    private static Response.Partition failed(int partition, ApiException why) {
        return new Response.Partition(partition, why.error().code(), why.getMessage());
    }

    /** What a request comes to for one topic, by one view of it. */
    private static final class Plan {
        private final AlterPartitionReassignmentsRequest.Topic asked;
        private final Map<Integer, Replicas> changes = new HashMap<>();
        private final Map<Integer, ApiException> refusals = new HashMap<>();

        Plan(ClusterView view, AlterPartitionReassignmentsRequest.Topic asked, boolean mayResize) {
            this.asked = asked;
            ReassignmentRules rules = new ReassignmentRules(view, mayResize);
            Set<Integer> repeated = Repeated.in(asked.partitions().stream()
                    .map(AlterPartitionReassignmentsRequest.Topic.Partition::partitionIndex));
            for (AlterPartitionReassignmentsRequest.Topic.Partition partition : asked.partitions()) {
                int number = partition.partitionIndex();
                try {
                    if (repeated.contains(number)) {
                        throw new ApiException(ErrorCode.INVALID_REQUEST, "the request names this partition twice");
                    }
                    changes.put(number, rules.change(asked.name(), number, Optional.ofNullable(partition.replicas())));
                } catch (ApiException e) {
                    refusals.put(number, e);
                }
            }
        }

        /** @param failure of the write, which concerns all that was to be written */
        Response response(Optional<ApiException> failure) {
            return new Response(
                    asked.name(),
                    asked.partitions().stream()
                            .map(AlterPartitionReassignmentsRequest.Topic.Partition::partitionIndex)
                            .map(number -> Optional.ofNullable(refusals.get(number))
                                    .or(() -> failure)
                                    .map(why -> failed(number, why))
                                    .orElseGet(() -> new Response.Partition(number, ErrorCode.NONE.code(), null)))
                            .toList());
        }
    }
}
