package io.millrace.client.admin;

import io.millrace.client.MillraceException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.AlterPartitionReassignmentsRequest;
import io.millrace.protocol.message.AlterPartitionReassignmentsResponse;
import io.millrace.protocol.message.ElectLeadersRequest;
import io.millrace.protocol.message.ElectLeadersResponse;
import io.millrace.protocol.message.ElectLeadersResponse.ReplicaElectionResult.PartitionResult;
import io.millrace.protocol.message.ListPartitionReassignmentsRequest;
import io.millrace.protocol.message.ListPartitionReassignmentsResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * AlterPartitionReassignments, ListPartitionReassignments and ElectLeaders, at the controller: where partitions are and
 * who leads them.
 *
 * <p>Threading: any.
 */
final class PlacementRequests {
    private static final String ALL = "all partitions";

    private final AdminCalls calls;

    PlacementRequests(AdminCalls calls) {
        this.calls = calls;
    }

    /** @param targets the replicas of each partition; empty to cancel its move */
    CompletionStage<Map<TopicPartition, ItemResult<Done>>> reassign(
            Map<TopicPartition, Optional<List<Integer>>> targets) {
        return calls.each(targets.keySet(), calls.controller(), (broker, part, turn) -> {
            List<AlterPartitionReassignmentsRequest.Topic> topics = new ArrayList<>();
            Joined.byTopic(
                            part,
                            TopicPartition::topic,
                            partition -> new AlterPartitionReassignmentsRequest.Topic.Partition(
                                    partition.partition(),
                                    targets.get(partition).orElse(null)))
                    .forEach((name, list) -> topics.add(new AlterPartitionReassignmentsRequest.Topic(name, list)));
            AlterPartitionReassignmentsRequest request = AlterPartitionReassignmentsRequest.builder()
                    .timeoutMs(turn.brokerTimeoutMs())
                    .topics(topics)
                    .build();
            return calls.call(broker, request, turn).thenApply(answer -> reassigned(part, answer));
        });
    }

    private static Map<TopicPartition, ItemResult<Done>> reassigned(
            Set<TopicPartition> asked, AlterPartitionReassignmentsResponse answer) {
        ErrorCode error = ErrorCode.of(answer.errorCode());
        if (error != ErrorCode.NONE) {
            return Joined.failed(asked, Joined.refused(error, answer.errorMessage(), "Nothing is moved"));
        }
        Map<TopicPartition, ItemResult<Done>> results = new LinkedHashMap<>();
        answer.responses().forEach(topic -> topic.partitions().forEach(told -> {
            TopicPartition partition = new TopicPartition(topic.name(), told.partitionIndex());
            results.put(
                    partition,
                    Joined.done(told.errorCode(), told.errorMessage(), "The move of " + partition + " stays as it is"));
        }));
        return results;
    }

    CompletionStage<ItemResult<Map<TopicPartition, Reassignment>>> listReassignments() {
        return calls.one(ALL, calls.controller(), (broker, items, turn) -> calls.call(
                        broker,
                        ListPartitionReassignmentsRequest.builder()
                                .timeoutMs(turn.brokerTimeoutMs())
                                .build(),
                        turn)
                .thenApply(answer -> Map.of(ALL, listed(answer))));
    }

    private static ItemResult<Map<TopicPartition, Reassignment>> listed(ListPartitionReassignmentsResponse answer) {
        Map<TopicPartition, Reassignment> moves = new LinkedHashMap<>();
        answer.topics().forEach(topic -> topic.partitions()
                .forEach(told -> moves.put(
                        new TopicPartition(topic.name(), told.partitionIndex()),
                        new Reassignment(told.replicas(), told.addingReplicas(), told.removingReplicas()))));
        return Joined.result(
                answer.errorCode(),
                answer.errorMessage(),
                "The moves cannot be listed",
                () -> Collections.unmodifiableMap(moves));
    }

    CompletionStage<Map<TopicPartition, ItemResult<Elected>>> elect(
            Election election, Collection<TopicPartition> partitions) {
        return calls.each(partitions, calls.controller(), (broker, part, turn) -> {
            List<ElectLeadersRequest.TopicPartition> topics = new ArrayList<>();
            Joined.byTopic(part, TopicPartition::topic, TopicPartition::partition)
                    .forEach((name, numbers) -> topics.add(new ElectLeadersRequest.TopicPartition(name, numbers)));
            return calls.call(broker, asked(election, topics, turn), turn).thenApply(answer -> {
                ErrorCode error = ErrorCode.of(answer.errorCode());
                return error == ErrorCode.NONE ? elected(answer) : Joined.failed(part, notElected(error));
            });
        });
    }

    private static ElectLeadersRequest asked(
            Election election, List<ElectLeadersRequest.TopicPartition> topics, Turn turn) {
        return ElectLeadersRequest.builder()
                .electionType(election.code())
                .topicPartitions(topics)
                .timeoutMs(turn.brokerTimeoutMs())
                .build();
    }

    private static MillraceException notElected(ErrorCode error) {
        return Joined.refused(error, null, "There was no election");
    }

    private static Map<TopicPartition, ItemResult<Elected>> elected(ElectLeadersResponse answer) {
        Map<TopicPartition, ItemResult<Elected>> results = new LinkedHashMap<>();
        answer.replicaElectionResults().forEach(topic -> topic.partitionResult().forEach(told -> {
            TopicPartition partition = new TopicPartition(topic.topic(), told.partitionId());
            results.put(partition, elected(partition, told));
        }));
        return results;
    }

    private static ItemResult<Elected> elected(TopicPartition partition, PartitionResult told) {
        return ErrorCode.of(told.errorCode()) == ErrorCode.ELECTION_NOT_NEEDED
                ? ItemResult.success(Elected.NOT_NEEDED)
                : Joined.result(
                        told.errorCode(),
                        told.errorMessage(),
                        partition + " got no other leader",
                        () -> Elected.NEW_LEADER);
    }

    CompletionStage<ItemResult<Map<TopicPartition, ItemResult<Elected>>>> electAll(Election election) {
        return calls.one(
                ALL, calls.controller(), (broker, items, turn) -> calls.call(broker, asked(election, null, turn), turn)
                        .thenApply(answer -> Map.of(
                                ALL,
                                Joined.result(
                                        answer.errorCode(),
                                        null,
                                        "There was no election",
                                        () -> Collections.unmodifiableMap(elected(answer))))));
    }
}
