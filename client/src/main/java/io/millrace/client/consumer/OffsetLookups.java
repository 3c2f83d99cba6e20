package io.millrace.client.consumer;

import io.millrace.client.MillraceException;
import io.millrace.client.net.ClusterClient;
import io.millrace.client.net.Target;
import io.millrace.client.net.Topology;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.ListOffsetsRequest;
import io.millrace.protocol.message.ListOffsetsResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the offsets of positions that are told by a time, or as beginning and end: one ListOffsets to each leader, tried
 * again until there is an answer.
 *
 * <p>Threading: the I/O thread.
 */
final class OffsetLookups {
    private final ClusterClient cluster;
    private final ConsumerConfig config;
    private final PollQueue queue;
    private final Runnable again;

    /** @param again runs when something was found, or is to be tried again */
    OffsetLookups(ClusterClient cluster, ConsumerConfig config, PollQueue queue, Runnable again) {
        this.cluster = cluster;
        this.config = config;
        this.queue = queue;
        this.again = again;
    }

    /** One partition in a request. */
    private record Lookup(FetchPosition position, int generation, long timestamp) {}

    /** Asks for all that is to be looked up and that nobody asks for yet. */
    void run(Collection<FetchPosition> positions, long nowNs) {
        Topology topology = cluster.routing().topology();
        Map<Integer, Map<TopicPartition, Lookup>> byLeader = new HashMap<>();
        for (FetchPosition position : positions) {
            int leader = topology.leader(position.partition());
            if (leader != Topology.NO_LEADER && position.lookup(nowNs).isPresent()) {
                long timestamp = position.lookup(nowNs).getAsLong();
                position.lookupBegins();
                byLeader.computeIfAbsent(leader, id -> new LinkedHashMap<>())
                        .put(position.partition(), new Lookup(position, position.generation(), timestamp));
            }
        }
        byLeader.forEach((leader, lookups) -> ask(topology, leader, lookups));
    }

    private void ask(Topology topology, int leader, Map<TopicPartition, Lookup> lookups) {
        Map<String, ListOffsetsRequest.Topic> topics = new LinkedHashMap<>();
        lookups.forEach((partition, lookup) -> topics.computeIfAbsent(
                        partition.topic(), name -> new ListOffsetsRequest.Topic(name, new ArrayList<>()))
                .partitions()
                .add(ListOffsetsRequest.Topic.Partition.builder()
                        .partitionIndex(partition.partition())
                        .currentLeaderEpoch(topology.partition(partition)
                                .map(Topology.Partition::leaderEpoch)
                                .orElse(-1))
                        .timestamp(lookup.timestamp())
                        .build()));
        ListOffsetsRequest request = ListOffsetsRequest.builder()
                .replicaId(-1)
                .isolationLevel(config.isolationLevel().code())
                .topics(List.copyOf(topics.values()))
                .timeoutMs((int) config.client().requestTimeout().toMillis())
                .build();
        cluster.call(Target.broker(leader), request)
                .whenComplete((answer, failure) -> cluster.thread().run(() -> {
                    if (failure == null) {
                        answered(answer, lookups);
                    } else {
                        failed(ClusterClient.asMillrace(failure), lookups);
                    }
                    again.run();
                }));
    }

    private void answered(ListOffsetsResponse answer, Map<TopicPartition, Lookup> lookups) {
        Map<TopicPartition, Lookup> open = new HashMap<>(lookups);
        for (ListOffsetsResponse.Topic topic : answer.topics()) {
            for (ListOffsetsResponse.Topic.Partition partition : topic.partitions()) {
                Lookup lookup = open.remove(new TopicPartition(topic.name(), partition.partitionIndex()));
                if (lookup != null && lookup.generation() == lookup.position().generation()) {
                    lookup.position().lookupEnds();
                    take(lookup, partition);
                }
            }
        }
        open.values().forEach(this::later); // a broker that leaves something out
    }

    private void take(Lookup lookup, ListOffsetsResponse.Topic.Partition found) {
        FetchPosition position = lookup.position();
        ErrorCode error = ErrorCode.of(found.errorCode());
        if (error == ErrorCode.NONE && found.offset() < 0) {
            position.lookUp(Position.ByTime.LATEST); // no record is that young
        } else if (error == ErrorCode.NONE) {
            if (position.state().located(lookup.generation(), found.offset())) {
                position.moveTo(found.offset(), -1);
                // for an application that still reads what was in front of a gap
                queue.deliver(FetchedSlice.jump(position.state(), lookup.generation(), found.offset()));
            }
        } else {
            if (!error.isRetriable()) {
                queue.fail(MillraceException.refused(error, "The offset of " + position.partition() + " was not told"));
            }
            later(lookup);
            cluster.routing().doubt();
        }
    }

    private void failed(MillraceException why, Map<TopicPartition, Lookup> lookups) {
        if (!why.isRetriable() && why.reason() != MillraceException.Reason.CLOSED) {
            queue.fail(why);
        }
        lookups.values().forEach(this::later);
        cluster.routing().doubt();
    }

    private void later(Lookup lookup) {
        if (lookup.generation() == lookup.position().generation()) {
            lookup.position().lookupEnds();
            lookup.position()
                    .retryAt(System.nanoTime()
                            + config.client().retryBackoff().first().toNanos());
        }
    }
}
