package io.millrace.broker.replica;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ElectLeadersRequest;
import io.millrace.protocol.message.ElectLeadersResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Elections that an administrator asks for. Only a leader can hand over without loss, and only a replica can claim: what
 * concerns another broker is passed on to it by the same request, once.
 *
 * <p>Threading: the leadership lane, save {@link #elect}, which any thread calls.
 */
final class Elections {
    private static final short VERSION = 2;
    private static final int TIMEOUT_MS = 10_000;
    private static final long HAND_OVER_MS = 5_000;
    private static final byte PREFERRED = 0;
    private static final byte UNCLEAN = 1;

    private final int self;
    private final ClusterStore cluster;
    private final Partitions partitions;
    private final Peers peers;
    private final PeerClient client;
    private final HandOver handOver;
    private final Claims claims;
    private final ReplicaRuntime runtime;
    private final ReplicaRuntime.Lane lane;

    Elections(
            int self,
            ClusterStore cluster,
            Partitions partitions,
            Peers peers,
            PeerClient client,
            HandOver handOver,
            Claims claims,
            ReplicaRuntime runtime,
            ReplicaRuntime.Lane lane) {
        this.self = self;
        this.cluster = cluster;
        this.partitions = partitions;
        this.peers = peers;
        this.client = client;
        this.handOver = handOver;
        this.claims = claims;
        this.runtime = runtime;
        this.lane = lane;
    }

    /**
     * What became of each election.
     *
     * @param unclean whether a replica that is not in sync may lead if nobody else can, else the preferred one is to
     * @param mayPassOn whether other brokers are asked for what is theirs to do
     */
    CompletionStage<Map<TopicPartition, ErrorCode>> elect(
            List<TopicPartition> ids, boolean unclean, boolean mayPassOn) {
        ClusterView view = cluster.view();
        Map<TopicPartition, CompletableFuture<ErrorCode>> outcomes = new LinkedHashMap<>();
        Map<BrokerRegistration, List<TopicPartition>> ofOthers = new HashMap<>();
        for (TopicPartition id : ids) {
            CompletableFuture<ErrorCode> outcome = new CompletableFuture<>();
            outcomes.put(id, outcome);
            OptionalInt actor = mayPassOn ? actor(id, unclean, view) : OptionalInt.empty();
            if (actor.isPresent() && actor.getAsInt() != self) {
                ofOthers.computeIfAbsent(view.broker(actor.getAsInt()).orElseThrow(), broker -> new ArrayList<>())
                        .add(id);
            } else {
                lane.execute(() -> electHere(id, unclean, outcome));
            }
        }
        ofOthers.forEach((broker, theirs) -> passOn(broker, theirs, unclean, outcomes));
        return CompletableFuture.allOf(outcomes.values().toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> {
                    Map<TopicPartition, ErrorCode> all = new LinkedHashMap<>();
                    outcomes.forEach((id, outcome) -> all.put(id, outcome.join()));
                    return all;
                });
    }

    /** Whose turn it is: the leader's, to hand over, or the first candidate's, to claim. */
    private OptionalInt actor(TopicPartition id, boolean unclean, ClusterView view) {
        TopicState topic = view.topic(id.topic()).orElse(null);
        PartitionState state = view.partition(id).orElse(null);
        if (topic == null || state == null) {
            return OptionalInt.empty();
        }
        if (state.hasLeader() && peers.isReliable(view, state.leader())) {
            return OptionalInt.of(state.leader());
        }
        return unclean ? claims.firstInOrder(topic, id.partition(), view) : OptionalInt.empty();
    }

    private void passOn(
            BrokerRegistration broker,
            List<TopicPartition> ids,
            boolean unclean,
            Map<TopicPartition, CompletableFuture<ErrorCode>> outcomes) {
        Map<String, List<Integer>> byTopic = new LinkedHashMap<>();
        ids.forEach(id ->
                byTopic.computeIfAbsent(id.topic(), name -> new ArrayList<>()).add(id.partition()));
        List<ElectLeadersRequest.TopicPartition> topics = new ArrayList<>();
        byTopic.forEach((name, numbers) -> topics.add(new ElectLeadersRequest.TopicPartition(name, numbers)));
        ElectLeadersRequest request = ElectLeadersRequest.builder()
                .electionType(unclean ? UNCLEAN : PREFERRED)
                .topicPartitions(topics)
                .timeoutMs(TIMEOUT_MS)
                .build();
        client.ask(
                        broker,
                        PeerClient.Purpose.CONTROL,
                        ApiKey.ELECT_LEADERS,
                        VERSION,
                        request,
                        ElectLeadersResponse.class,
                        TIMEOUT_MS)
                .whenComplete((response, failure) -> {
                    if (failure == null) {
                        response.replicaElectionResults()
                                .forEach(topic -> topic.partitionResult().forEach(result -> {
                                    CompletableFuture<ErrorCode> outcome =
                                            outcomes.get(new TopicPartition(topic.topic(), result.partitionId()));
                                    if (outcome != null) {
                                        outcome.complete(ErrorCode.of(result.errorCode()));
                                    }
                                }));
                    }
                    ids.forEach(id -> outcomes.get(id).complete(ErrorCode.REQUEST_TIMED_OUT)); // if it did not tell
                });
    }

    // ---- in the lane

    private void electHere(TopicPartition id, boolean unclean, CompletableFuture<ErrorCode> outcome) {
        ClusterView view = cluster.view();
        TopicState topic = view.topic(id.topic())
                .filter(known -> known.hasPartition(id.partition()))
                .orElse(null);
        if (topic == null) {
            outcome.complete(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        } else if (unclean) {
            claims.force(topic, id.partition(), view).whenComplete((error, failure) -> outcome.complete(error));
        } else {
            prefer(topic, id, view, outcome);
        }
    }

    private void prefer(TopicState topic, TopicPartition id, ClusterView view, CompletableFuture<ErrorCode> outcome) {
        int preferred = topic.replicas(id.partition()).get(0);
        Partition partition = partitions.find(id).orElse(null);
        Role.Leader leader = partition == null ? null : partition.leader().orElse(null);
        if (leader == null) {
            outcome.complete(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE);
        } else if (preferred == self) {
            outcome.complete(ErrorCode.ELECTION_NOT_NEEDED);
        } else if (!handOver.heirs(List.of(preferred), leader.inSync().state(), view)
                .contains(preferred)) {
            outcome.complete(ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE);
        } else {
            handOver.to(preferred, partition, HandOver.Afterwards.STAYS, runtime.ticksMs() + HAND_OVER_MS)
                    .thenAccept(
                            done -> outcome.complete(done ? ErrorCode.NONE : ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE));
        }
    }
}
