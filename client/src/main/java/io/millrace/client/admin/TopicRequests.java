package io.millrace.client.admin;

import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.CreatePartitionsRequest;
import io.millrace.protocol.message.CreatePartitionsResponse;
import io.millrace.protocol.message.CreateTopicsRequest;
import io.millrace.protocol.message.CreateTopicsResponse;
import io.millrace.protocol.message.DeleteTopicsRequest;
import io.millrace.protocol.message.DeleteTopicsResponse;
import io.millrace.protocol.message.MetadataRequest;
import io.millrace.protocol.message.MetadataResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/** CreateTopics, DeleteTopics, CreatePartitions, and Metadata: what topics there are. Threading: any. */
final class TopicRequests {
    /** The last version of DeleteTopics that knows topics by name alone: brokers before 2.8 serve no later one. */
    private static final int LAST_BY_NAME = 5;

    private final AdminCalls calls;

    TopicRequests(AdminCalls calls) {
        this.calls = calls;
    }

    CompletionStage<Map<String, ItemResult<TopicCreated>>> create(Collection<NewTopic> topics, boolean validateOnly) {
        Map<String, NewTopic> byName = new LinkedHashMap<>();
        topics.forEach(topic -> byName.put(topic.name(), topic));
        return calls.each(byName.keySet(), calls.controller(), (broker, names, turn) -> calls.call(
                        broker,
                        CreateTopicsRequest.builder()
                                .topics(names.stream()
                                        .map(name -> asked(byName.get(name)))
                                        .toList())
                                .timeoutMs(turn.brokerTimeoutMs())
                                .validateOnly(validateOnly)
                                .build(),
                        turn)
                .thenApply(TopicRequests::created));
    }

    private static CreateTopicsRequest.Topic asked(NewTopic topic) {
        List<CreateTopicsRequest.Topic.Assignment> assignments = new ArrayList<>();
        for (List<Integer> brokers : topic.assignments()) {
            assignments.add(new CreateTopicsRequest.Topic.Assignment(assignments.size(), brokers));
        }
        return CreateTopicsRequest.Topic.builder()
                .name(topic.name())
                .numPartitions(topic.partitions())
                .replicationFactor((short) topic.replicationFactor())
                .assignments(assignments)
                .configs(topic.configs().entrySet().stream()
                        .map(config -> new CreateTopicsRequest.Topic.Config(config.getKey(), config.getValue()))
                        .toList())
                .build();
    }

    private static Map<String, ItemResult<TopicCreated>> created(CreateTopicsResponse answer) {
        Map<String, ItemResult<TopicCreated>> results = new LinkedHashMap<>();
        for (CreateTopicsResponse.Topic told : answer.topics()) {
            results.put(
                    told.name(),
                    Joined.result(
                            told.errorCode(),
                            told.errorMessage(),
                            "Topic '" + told.name() + "' was not created",
                            () -> new TopicCreated(
                                    told.name(), told.topicId(), told.numPartitions(), told.replicationFactor())));
        }
        return results;
    }

    CompletionStage<Map<String, ItemResult<Done>>> delete(Collection<String> topics) {
        return calls.each(topics, calls.controller(), (broker, names, turn) -> calls.call(
                        broker,
                        DeleteTopicsRequest.builder()
                                .topicNames(List.copyOf(names))
                                .timeoutMs(turn.brokerTimeoutMs())
                                .build(),
                        turn,
                        LAST_BY_NAME)
                .thenApply(answer -> {
                    Map<String, ItemResult<Done>> results = new LinkedHashMap<>();
                    answer.responses().forEach(told -> results.put(told.name(), deleted(told, told.name())));
                    return results;
                }));
    }

    CompletionStage<Map<Uuid, ItemResult<Done>>> deleteById(Collection<Uuid> topics) {
        return calls.each(topics, calls.controller(), (broker, ids, turn) -> calls.call(
                        broker,
                        DeleteTopicsRequest.builder()
                                .topics(ids.stream()
                                        .map(id -> new DeleteTopicsRequest.Topic(null, id))
                                        .toList())
                                .timeoutMs(turn.brokerTimeoutMs())
                                .build(),
                        turn)
                .thenApply(answer -> {
                    Map<Uuid, ItemResult<Done>> results = new LinkedHashMap<>();
                    answer.responses().forEach(told -> results.put(told.topicId(), deleted(told, told.topicId())));
                    return results;
                }));
    }

    private static ItemResult<Done> deleted(DeleteTopicsResponse.Response told, Object topic) {
        return Joined.done(told.errorCode(), told.errorMessage(), "Topic '" + topic + "' was not deleted");
    }

    CompletionStage<Map<String, ItemResult<Done>>> addPartitions(
            Map<String, NewPartitions> topics, boolean validateOnly) {
        Map<String, NewPartitions> asked = Map.copyOf(topics);
        return calls.each(topics.keySet(), calls.controller(), (broker, names, turn) -> calls.call(
                        broker,
                        CreatePartitionsRequest.builder()
                                .topics(names.stream()
                                        .map(name -> asked(name, asked.get(name)))
                                        .toList())
                                .timeoutMs(turn.brokerTimeoutMs())
                                .validateOnly(validateOnly)
                                .build(),
                        turn)
                .thenApply(TopicRequests::added));
    }

    private static CreatePartitionsRequest.Topic asked(String topic, NewPartitions partitions) {
        List<CreatePartitionsRequest.Topic.Assignment> assignments = partitions.assignments().stream()
                .map(CreatePartitionsRequest.Topic.Assignment::new)
                .toList();
        return CreatePartitionsRequest.Topic.builder()
                .name(topic)
                .count(partitions.total())
                .assignments(assignments.isEmpty() ? null : assignments)
                .build();
    }

    private static Map<String, ItemResult<Done>> added(CreatePartitionsResponse answer) {
        Map<String, ItemResult<Done>> results = new LinkedHashMap<>();
        answer.results()
                .forEach(told -> results.put(
                        told.name(),
                        Joined.done(
                                told.errorCode(),
                                told.errorMessage(),
                                "Topic '" + told.name() + "' got no more partitions")));
        return results;
    }

    CompletionStage<ItemResult<Map<String, TopicListing>>> list() {
        MetadataRequest all = MetadataRequest.builder()
                .topics(null)
                .allowAutoTopicCreation(false)
                .build();
        return calls.one("all topics", calls.any(), (broker, items, turn) -> calls.call(broker, all, turn)
                .thenApply(answer -> Map.of("all topics", ItemResult.success(listed(answer)))));
    }

    private static Map<String, TopicListing> listed(MetadataResponse answer) {
        Map<String, TopicListing> topics = new TreeMap<>();
        answer.topics()
                .forEach(topic -> topics.put(
                        topic.name(),
                        new TopicListing(
                                topic.name(),
                                topic.topicId(),
                                topic.isInternal(),
                                topic.partitions().size())));
        return Collections.unmodifiableMap(topics);
    }

    CompletionStage<Map<String, ItemResult<TopicDescription>>> describe(Collection<String> topics) {
        return calls.each(topics, calls.any(), (broker, names, turn) -> calls.call(broker, byName(names), turn)
                .thenApply(answer -> {
                    Map<String, ItemResult<TopicDescription>> results = new LinkedHashMap<>();
                    answer.topics().forEach(topic -> results.put(topic.name(), described(topic, topic.name())));
                    return results;
                }));
    }

    private static MetadataRequest byName(Set<String> names) {
        return MetadataRequest.builder()
                .topics(names.stream()
                        .map(name -> MetadataRequest.Topic.builder().name(name).build())
                        .toList())
                .allowAutoTopicCreation(false)
                .build();
    }

    CompletionStage<Map<Uuid, ItemResult<TopicDescription>>> describeById(Collection<Uuid> topics) {
        return calls.each(topics, calls.any(), (broker, ids, turn) -> calls.call(broker, byId(ids), turn)
                .thenApply(answer -> {
                    Map<Uuid, ItemResult<TopicDescription>> results = new LinkedHashMap<>();
                    answer.topics().forEach(topic -> results.put(topic.topicId(), described(topic, topic.topicId())));
                    return results;
                }));
    }

    private static MetadataRequest byId(Set<Uuid> ids) {
        return MetadataRequest.builder()
                .topics(ids.stream()
                        .map(id -> new MetadataRequest.Topic(id, null))
                        .toList())
                .allowAutoTopicCreation(false)
                .build();
    }

    private static ItemResult<TopicDescription> described(MetadataResponse.Topic topic, Object asked) {
        return Joined.result(
                topic.errorCode(),
                null,
                "Topic '" + asked + "' cannot be described",
                () -> new TopicDescription(
                        topic.name(),
                        topic.topicId(),
                        topic.isInternal(),
                        topic.partitions().stream()
                                .map(TopicRequests::described)
                                .sorted(Comparator.comparingInt(TopicDescription.Partition::number))
                                .toList()));
    }

    private static TopicDescription.Partition described(MetadataResponse.Topic.Partition partition) {
        return new TopicDescription.Partition(
                partition.partitionIndex(),
                partition.leaderId() < 0 ? OptionalInt.empty() : OptionalInt.of(partition.leaderId()),
                partition.leaderEpoch(),
                partition.replicaNodes(),
                partition.isrNodes(),
                partition.offlineReplicas());
    }
}
