package io.millrace.client.admin;

import io.millrace.client.MillraceException;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.Target;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.FindCoordinatorRequest;
import io.millrace.protocol.message.FindCoordinatorResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Finds who coordinates groups: several by one request (KIP-699), one by one with brokers that do not know that. */
final class Coordinators implements AdminCalls.Finder<String> {
    private static final int LAST_WITH_ONE_KEY = 3;

    private final AdminCalls calls;

    Coordinators(AdminCalls calls) {
        this.calls = calls;
    }

    /** For items of groups, such as their partitions. */
    <K> AdminCalls.Finder<K> by(Function<K, String> group) {
        return (items, turn) -> {
            Set<String> groups = new java.util.LinkedHashSet<>();
            items.forEach(item -> groups.add(group.apply(item)));
            return find(groups, turn).thenApply(found -> {
                Map<K, ItemResult<Integer>> byItem = new LinkedHashMap<>();
                items.forEach(item -> byItem.put(item, found.get(group.apply(item))));
                return byItem;
            });
        };
    }

    @Override
    public CompletionStage<Map<String, ItemResult<Integer>>> find(Set<String> groups, Turn turn) {
        FindCoordinatorRequest request = FindCoordinatorRequest.builder()
                .coordinatorKeys(List.copyOf(groups))
                .build();
        return calls.call(Target.ANY_NODE, request, turn)
                .handle((answer, failure) -> failure == null
                        ? CompletableFuture.completedStage(several(groups, answer))
                        : withoutSeveral(groups, ClusterClient.asMillrace(failure), turn))
                .thenCompose(found -> found);
    }

    private static Map<String, ItemResult<Integer>> several(Set<String> groups, FindCoordinatorResponse answer) {
        Map<String, ItemResult<Integer>> found = new LinkedHashMap<>();
        groups.forEach(group -> found.put(
                group, Joined.result(ErrorCode.COORDINATOR_NOT_AVAILABLE.code(), null, notFound(group), () -> 0)));
        for (FindCoordinatorResponse.Coordinator told : answer.coordinators()) {
            found.put(
                    told.key(),
                    Joined.result(told.errorCode(), told.errorMessage(), notFound(told.key()), told::nodeId));
        }
        return found;
    }

    private CompletionStage<Map<String, ItemResult<Integer>>> withoutSeveral(
            Set<String> groups, MillraceException failure, Turn turn) {
        if (failure.error() != ErrorCode.UNSUPPORTED_VERSION) {
            return CompletableFuture.failedStage(failure);
        }
        List<CompletionStage<Map<String, ItemResult<Integer>>>> answers = new ArrayList<>();
        for (String group : groups) {
            FindCoordinatorRequest request =
                    FindCoordinatorRequest.builder().key(group).build();
            answers.add(calls.call(Target.ANY_NODE, request, turn, LAST_WITH_ONE_KEY)
                    .handle((answer, why) -> why == null
                            ? Map.of(
                                    group,
                                    Joined.result(
                                            answer.errorCode(), answer.errorMessage(), notFound(group), answer::nodeId))
                            : Joined.failed(Set.of(group), why)));
        }
        return Joined.of(answers);
    }

    private static String notFound(String group) {
        return "The coordinator of group '" + group + "' was not found";
    }
}
