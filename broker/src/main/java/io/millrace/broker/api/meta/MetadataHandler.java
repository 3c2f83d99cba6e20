package io.millrace.broker.api.meta;

import io.millrace.broker.api.AuthorizedOperations;
import io.millrace.broker.api.InternalTopics;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.api.TopicCreation;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.MetadataRequest;
import io.millrace.protocol.message.MetadataResponse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * Metadata, key 3, versions 0-13: the brokers, and the topics that were asked for. A missing topic is created on the way
 * where that is allowed; the answer then still says that it is unknown, and the client asks again. Who asks for topics
 * whose leader was just lost waits for the next one ({@link Succession}).
 */
public final class MetadataHandler implements RequestHandler<MetadataRequest, MetadataResponse> {
    private static final int FIRST_WITH_CHOICE_TO_CREATE = 4;
    private static final int FIRST_WITH_LISTENER_ERROR = 6;
    private static final int FIRST_WITH_TOPIC_ID = 10;
    private static final int FIRST_BY_TOPIC_ID = 12;

    private final ClusterStore cluster;
    private final Addresses addresses;
    private final TopicCreation creation;
    private final Succession succession;

    public MetadataHandler(ClusterStore cluster, Addresses addresses, TopicCreation creation, Succession succession) {
        this.cluster = cluster;
        this.addresses = addresses;
        this.creation = creation;
        this.succession = succession;
    }

    @Override
    public CompletionStage<MetadataResponse> handle(RequestContext context, MetadataRequest request) {
        return succession.whenSettled(
                context, (view, check) -> all(request, view, check), () -> answer(context, request));
    }

    /** Who asks for all topics wants to see what there is, and for none, who is there. */
    private static boolean all(MetadataRequest request, ClusterView view, Succession.Check check) {
        return request.topics() == null
                || request.topics().stream()
                        .flatMap(asked -> (asked.topicId().isZero() && asked.name() != null
                                        ? view.topic(asked.name())
                                        : view.topic(asked.topicId()))
                                .stream())
                        .allMatch(check::testAll);
    }

    private MetadataResponse answer(RequestContext context, MetadataRequest request) {
        ClusterView view = cluster.view();
        MetadataResponse.Builder response = MetadataResponse.builder()
                .clusterId(view.clusterId())
                .controllerId(addresses.self())
                .brokers(addresses.all(view, context).stream()
                        .map(node -> new MetadataResponse.Broker(
                                node.id(), node.host(), node.port(), node.rack().orElse(null)))
                        .toList())
                .topics(topics(view, context, request));
        if (request.includeClusterAuthorizedOperations()) {
            response.clusterAuthorizedOperations(AuthorizedOperations.CLUSTER);
        }
        return response.build();
    }

    private List<MetadataResponse.Topic> topics(ClusterView view, RequestContext context, MetadataRequest request) {
        boolean all = request.topics() == null
                || (context.version() == 0 && request.topics().isEmpty());
        if (all) {
            return view.topics().stream()
                    .sorted(Comparator.comparing(TopicState::name))
                    .map(topic -> describe(topic, view, context, request))
                    .toList();
        }
        Map<Object, MetadataResponse.Topic> answered = new LinkedHashMap<>();
        for (MetadataRequest.Topic asked : request.topics()) {
            boolean byId = !asked.topicId().isZero();
            Object key = byId ? asked.topicId() : Optional.ofNullable(asked.name());
            if (!answered.containsKey(key)) {
                answered.put(key, describe(asked, byId, view, context, request));
            }
        }
        return new ArrayList<>(answered.values());
    }

    private MetadataResponse.Topic describe(
            MetadataRequest.Topic asked,
            boolean byId,
            ClusterView view,
            RequestContext context,
            MetadataRequest request) {
        if ((byId || asked.name() == null) && context.version() < FIRST_BY_TOPIC_ID) {
            return failed(ErrorCode.INVALID_REQUEST, asked.name() == null ? "" : asked.name(), asked.topicId());
        }
        if (byId) {
            return view.topic(asked.topicId())
                    .map(topic -> describe(topic, view, context, request))
                    .orElseGet(() -> failed(ErrorCode.UNKNOWN_TOPIC_ID, null, asked.topicId()));
        }
        if (asked.name() == null) {
            return failed(ErrorCode.INVALID_REQUEST, null, Uuid.ZERO);
        }
        Optional<TopicState> topic = view.topic(asked.name());
        if (topic.isPresent()) {
            return describe(topic.get(), view, context, request);
        }
        boolean mayCreate = context.version() < FIRST_WITH_CHOICE_TO_CREATE || request.allowAutoTopicCreation();
        return failed(creation.onMissing(asked.name(), mayCreate), asked.name(), Uuid.ZERO);
    }

    private static MetadataResponse.Topic failed(ErrorCode error, String name, Uuid id) {
        return MetadataResponse.Topic.builder()
                .errorCode(error)
                .name(name)
                .topicId(id)
                .build();
    }

    private MetadataResponse.Topic describe(
            TopicState topic, ClusterView view, RequestContext context, MetadataRequest request) {
        List<MetadataResponse.Topic.Partition> partitions = new ArrayList<>(topic.partitionCount());
        for (int p = 0; p < topic.partitionCount(); p++) {
            PartitionView seen = PartitionView.of(topic, p, view, addresses, context);
            boolean newError = seen.error() == ErrorCode.LISTENER_NOT_FOUND;
            ErrorCode error = newError && context.version() < FIRST_WITH_LISTENER_ERROR
                    ? ErrorCode.LEADER_NOT_AVAILABLE
                    : seen.error();
            List<Integer> replicas = seen.replicas();
            if (context.version() == 0 && !seen.offline().isEmpty()) {
                replicas = replicas.stream()
                        .filter(id -> !seen.offline().contains(id))
                        .toList();
                error = error == ErrorCode.NONE ? ErrorCode.REPLICA_NOT_AVAILABLE : error;
            }
            partitions.add(new MetadataResponse.Topic.Partition(
                    error.code(), p, seen.leader(), seen.leaderEpoch(), replicas, seen.isr(), seen.offline()));
        }
        return MetadataResponse.Topic.builder()
                .name(topic.name())
                .topicId(context.version() >= FIRST_WITH_TOPIC_ID ? topic.id() : Uuid.ZERO)
                .isInternal(InternalTopics.contains(topic.name()))
                .partitions(partitions)
                .topicAuthorizedOperations(
                        request.includeTopicAuthorizedOperations()
                                ? AuthorizedOperations.TOPIC
                                : AuthorizedOperations.NOT_ASKED)
                .build();
    }
}
