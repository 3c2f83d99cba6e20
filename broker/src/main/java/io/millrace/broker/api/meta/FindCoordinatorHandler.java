package io.millrace.broker.api.meta;

import io.millrace.broker.api.InternalTopics;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.api.TopicCreation;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.group.GroupCoordinator;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.FindCoordinatorRequest;
import io.millrace.protocol.message.FindCoordinatorResponse;
import io.millrace.protocol.message.FindCoordinatorResponse.Coordinator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * FindCoordinator, key 10, versions 0-6: the broker that leads the partition of {@code __consumer_offsets} that a group
 * belongs to. The topic is created when it is asked for the first time. Where its leader was just lost, the answer waits
 * for the next one ({@link Succession}).
 */
public final class FindCoordinatorHandler implements RequestHandler<FindCoordinatorRequest, FindCoordinatorResponse> {
    private static final byte GROUP = 0;
    private static final byte TRANSACTION = 1;
    private static final int FIRST_WITH_MANY_KEYS = 4;

    private final ClusterStore cluster;
    private final Addresses addresses;
    private final TopicCreation creation;
    private final GroupCoordinator groups;
    private final Succession succession;

    public FindCoordinatorHandler(
            ClusterStore cluster,
            Addresses addresses,
            TopicCreation creation,
            GroupCoordinator groups,
            Succession succession) {
        this.cluster = cluster;
        this.addresses = addresses;
        this.creation = creation;
        this.groups = groups;
        this.succession = succession;
    }

    @Override
    public CompletionStage<FindCoordinatorResponse> handle(RequestContext context, FindCoordinatorRequest request) {
        List<String> keys =
                context.version() >= FIRST_WITH_MANY_KEYS ? request.coordinatorKeys() : List.of(request.key());
        return request.keyType() == GROUP
                ? succession.whenSettled(
                        context, (view, check) -> all(keys, view, check), () -> answer(context, request))
                : CompletableFuture.completedFuture(answer(context, request));
    }

    private boolean all(List<String> groupIds, ClusterView view, Succession.Check check) {
        Optional<TopicState> topic = view.topic(InternalTopics.OFFSETS);
        try {
            return topic.isEmpty()
                    || groupIds.stream().allMatch(group -> check.test(topic.get(), groups.partitionFor(group)));
        } catch (ApiException e) {
            return true; // the topic has just gone: the answer says so
        }
    }

    private FindCoordinatorResponse answer(RequestContext context, FindCoordinatorRequest request) {
        if (context.version() >= FIRST_WITH_MANY_KEYS) {
            List<Coordinator> found = request.coordinatorKeys().stream()
                    .map(key -> find(key, request.keyType(), context))
                    .toList();
            return FindCoordinatorResponse.builder().coordinators(found).build();
        }
        Coordinator found = find(request.key(), request.keyType(), context);
        return FindCoordinatorResponse.builder()
                .errorCode(found.errorCode())
                .errorMessage(found.errorCode() == 0 ? "NONE" : found.errorMessage())
                .nodeId(found.nodeId())
                .host(found.host())
                .port(found.port())
                .build();
    }

    private Coordinator find(String key, byte keyType, RequestContext context) {
        if (keyType != GROUP) {
            String message = keyType == TRANSACTION
                    ? "transactions are not served in this version"
                    : "key type " + keyType + " is not served";
            return none(key, ErrorCode.INVALID_REQUEST, message);
        }
        ClusterView view = cluster.view();
        Optional<TopicState> topic = view.topic(InternalTopics.OFFSETS);
        if (topic.isEmpty()) {
            creation.createInternal(InternalTopics.OFFSETS);
            return none(key, ErrorCode.COORDINATOR_NOT_AVAILABLE, InternalTopics.OFFSETS + " is being created");
        }
        int partition;
        try {
            partition = groups.partitionFor(key);
        } catch (ApiException e) {
            return none(key, e.error(), e.getMessage());
        }
        return topic.get()
                .state(partition)
                .map(PartitionState::leader)
                .flatMap(leader -> addresses.of(leader, view, context))
                .map(node -> Coordinator.builder()
                        .key(key)
                        .nodeId(node.id())
                        .host(node.host())
                        .port(node.port())
                        .errorMessage("")
                        .build())
                .orElseGet(() -> none(key, ErrorCode.COORDINATOR_NOT_AVAILABLE, "its partition has no leader"));
    }

    private static Coordinator none(String key, ErrorCode error, String message) {
        return Coordinator.builder()
                .key(key)
                .nodeId(-1)
                .host("")
                .port(-1)
                .errorCode(error)
                .errorMessage(message)
                .build();
    }
}
