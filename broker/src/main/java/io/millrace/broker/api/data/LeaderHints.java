package io.millrace.broker.api.data;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.meta.Addresses;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.ProduceResponse;
import io.millrace.protocol.message.ProduceResponse.Response.PartitionResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Tells clients that came to the wrong broker who leads and where that is, so that they need not ask for metadata first
 * (KIP-951). As far as this broker knows: where it still takes itself for the leader it says nothing.
 */
public final class LeaderHints {
    private static final int FIRST_PRODUCE = 10;
    private static final int FIRST_FETCH = 16;

    private final ClusterStore cluster;
    private final Addresses addresses;

    public LeaderHints(ClusterStore cluster, Addresses addresses) {
        this.cluster = cluster;
        this.addresses = addresses;
    }

    /** The answer to a Produce. */
    ProduceResponse produced(RequestContext context, List<ProduceResponse.Response> topics) {
        boolean isWanted = context.version() >= FIRST_PRODUCE
                && topics.stream()
                        .flatMap(topic -> topic.partitionResponses().stream())
                        .anyMatch(partition -> isMisled(partition.errorCode()));
        if (!isWanted) {
            return ProduceResponse.builder().responses(topics).build();
        }
        ClusterView view = cluster.view();
        Map<Integer, Addresses.Node> leaders = new TreeMap<>();
        List<ProduceResponse.Response> hinted = new ArrayList<>();
        for (ProduceResponse.Response topic : topics) {
            List<PartitionResponse> partitions = new ArrayList<>();
            for (PartitionResponse told : topic.partitionResponses()) {
                Optional<PartitionState> state = isMisled(told.errorCode())
                        ? leader(context, view, new Place(topic.name(), topic.topicId(), told.index()), leaders)
                        : Optional.empty();
                partitions.add(state.map(now -> withLeader(told, now)).orElse(told));
            }
            hinted.add(new ProduceResponse.Response(topic.name(), topic.topicId(), partitions));
        }
        return ProduceResponse.builder()
                .responses(hinted)
                .nodeEndpoints(leaders.values().stream()
                        .map(node -> new ProduceResponse.NodeEndpoint(
                                node.id(), node.host(), node.port(), node.rack().orElse(null)))
                        .toList())
                .build();
    }

    private static PartitionResponse withLeader(PartitionResponse told, PartitionState now) {
        return new PartitionResponse(
                told.index(),
                told.errorCode(),
                told.baseOffset(),
                told.logAppendTimeMs(),
                told.logStartOffset(),
                told.recordErrors(),
                told.errorMessage(),
                new PartitionResponse.CurrentLeader(now.leader(), now.leaderEpoch()));
    }

    /** The answer to a Fetch, to be completed. */
    FetchResponse.Builder fetched(RequestContext context, List<FetchResponse.Response> topics) {
        boolean isWanted = context.version() >= FIRST_FETCH
                && topics.stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .anyMatch(partition -> isMisled(partition.errorCode()));
        if (!isWanted) {
            return FetchResponse.builder().responses(topics);
        }
        ClusterView view = cluster.view();
        Map<Integer, Addresses.Node> leaders = new TreeMap<>();
        List<FetchResponse.Response> hinted = new ArrayList<>();
        for (FetchResponse.Response topic : topics) {
            List<FetchResponse.Response.Partition> partitions = new ArrayList<>();
            for (FetchResponse.Response.Partition told : topic.partitions()) {
                Optional<PartitionState> state = isMisled(told.errorCode())
                        ? leader(
                                context,
                                view,
                                new Place(topic.topic(), topic.topicId(), told.partitionIndex()),
                                leaders)
                        : Optional.empty();
                partitions.add(state.map(now -> withLeader(told, now)).orElse(told));
            }
            hinted.add(new FetchResponse.Response(topic.topic(), topic.topicId(), partitions));
        }
        return FetchResponse.builder()
                .responses(hinted)
                .nodeEndpoints(leaders.values().stream()
                        .map(node -> new FetchResponse.NodeEndpoint(
                                node.id(), node.host(), node.port(), node.rack().orElse(null)))
                        .toList());
    }

    private static FetchResponse.Response.Partition withLeader(
            FetchResponse.Response.Partition told, PartitionState now) {
        return new FetchResponse.Response.Partition(
                told.partitionIndex(),
                told.errorCode(),
                told.highWatermark(),
                told.lastStableOffset(),
                told.logStartOffset(),
                told.divergingEpoch(),
                new FetchResponse.Response.Partition.CurrentLeader(now.leader(), now.leaderEpoch()),
                told.snapshotId(),
                told.abortedTransactions(),
                told.preferredReadReplica(),
                told.records());
    }

    private static boolean isMisled(short error) {
        return error == ErrorCode.NOT_LEADER_OR_FOLLOWER.code() || error == ErrorCode.FENCED_LEADER_EPOCH.code();
    }

    /** A partition as a request names it: the topic by its name or by its id. */
    private record Place(String topic, Uuid topicId, int partition) {
        Optional<TopicState> in(ClusterView view) {
            return topicId.isZero() ? view.topic(topic) : view.topic(topicId);
        }
    }

    /** Who leads, if that is another broker that the client can reach; it is added to those that are told. */
    private Optional<PartitionState> leader(
            RequestContext context, ClusterView view, Place place, Map<Integer, Addresses.Node> leaders) {
        return place.in(view)
                .flatMap(topic -> topic.state(place.partition()))
                .filter(state -> state.hasLeader() && state.leader() != addresses.self())
                .filter(state -> {
                    Optional<Addresses.Node> node = addresses.of(state.leader(), view, context);
                    node.ifPresent(found -> leaders.put(found.id(), found));
                    return node.isPresent();
                });
    }
}
