package io.millrace.client.consumer;

import io.millrace.client.MillraceException;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.Lane;
import io.millrace.client.net.Limits;
import io.millrace.client.net.Target;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.ApiRequest;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.FindCoordinatorRequest;
import io.millrace.protocol.message.FindCoordinatorResponse;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The broker that coordinates a group: found when it is needed, and looked for anew when it turned out to be another one.
 *
 * <p>Threading: the I/O thread.
 */
final class Coordinator {
    private static final byte OF_GROUP = 0;

    private final ClusterClient cluster;
    private final String groupId;
    private OptionalInt broker = OptionalInt.empty();
    private Optional<CompletableFuture<Integer>> search = Optional.empty();

    Coordinator(ClusterClient cluster, String groupId) {
        this.cluster = cluster;
        this.groupId = groupId;
    }

    String groupId() {
        return groupId;
    }

    /** Sends it a request; nothing is tried again. */
    <R extends ApiMessage> CompletionStage<R> call(Lane lane, ApiRequest<R> request, Limits limits) {
        return find().thenCompose(id -> cluster.call(new Target(id, lane), request, limits))
                .whenComplete((answer, failure) -> {
                    if (failure != null) {
                        isNotThere();
                    }
                });
    }

    /** Whether an error says that it is another broker; then that is looked for next time. */
    boolean hasMoved(ErrorCode error) {
        boolean moved = error == ErrorCode.NOT_COORDINATOR || error == ErrorCode.COORDINATOR_NOT_AVAILABLE;
        if (moved) {
            isNotThere();
        }
        return moved;
    }

    private void isNotThere() {
        broker = OptionalInt.empty();
    }

    private CompletionStage<Integer> find() {
        if (broker.isPresent()) {
            return CompletableFuture.completedStage(broker.getAsInt());
        }
        if (search.isEmpty()) {
            CompletableFuture<Integer> found = new CompletableFuture<>();
            search = Optional.of(found);
            FindCoordinatorRequest request = FindCoordinatorRequest.builder()
                    .keyType(OF_GROUP)
                    .coordinatorKeys(List.of(groupId))
                    .build();
            cluster.call(Target.any(), request).whenComplete((answer, failure) -> {
                search = Optional.empty();
                if (failure != null) {
                    found.completeExceptionally(ClusterClient.asMillrace(failure));
                } else {
                    answered(answer, found);
                }
            });
            return found;
        }
        return search.get();
    }

    private void answered(FindCoordinatorResponse answer, CompletableFuture<Integer> found) {
        if (answer.coordinators().size() != 1) {
            found.completeExceptionally(MillraceException.refused(
                    ErrorCode.COORDINATOR_NOT_AVAILABLE, "No coordinator was told for group '" + groupId + "'"));
            return;
        }
        FindCoordinatorResponse.Coordinator told = answer.coordinators().get(0);
        ErrorCode error = ErrorCode.of(told.errorCode());
        if (error != ErrorCode.NONE) {
            found.completeExceptionally(MillraceException.refused(
                    error, "No coordinator for group '" + groupId + "': " + told.errorMessage()));
        } else {
            broker = OptionalInt.of(told.nodeId());
            found.complete(told.nodeId());
        }
    }
}
