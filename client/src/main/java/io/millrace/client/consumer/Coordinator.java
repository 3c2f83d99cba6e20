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
    /** Of one group, which is all that is asked for: brokers of all ages know that. */
    private static final int LAST_WITH_ONE_KEY = 3;

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
            FindCoordinatorRequest request =
                    FindCoordinatorRequest.builder().key(groupId).build();
            Limits limits = Limits.NONE.upTo(LAST_WITH_ONE_KEY);
            cluster.call(Target.any(), request, limits).whenComplete((answer, failure) -> {
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
        ErrorCode error = ErrorCode.of(answer.errorCode());
        if (error != ErrorCode.NONE) {
            found.completeExceptionally(MillraceException.refused(
                    error,
                    "No coordinator for group '" + groupId + "'"
                            + (answer.errorMessage() == null ? "" : ": " + answer.errorMessage())));
        } else {
            broker = OptionalInt.of(answer.nodeId());
            found.complete(answer.nodeId());
        }
    }
}
