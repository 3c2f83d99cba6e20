package io.millrace.broker.api.group;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.group.CommittedOffset;
import io.millrace.broker.group.GroupCoordinator;
import io.millrace.broker.group.Topics;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.OffsetFetchRequest;
import io.millrace.protocol.message.OffsetFetchResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * OffsetFetch, key 9, versions 0-10: reads the positions of a group, from version 8 on of several; topics by name, from
 * version 10 on by id.
 *
 * <p>All is turned into the form with several groups first, and the answer back from it. Version 0, which once meant a
 * store in ZooKeeper, reads the same positions as all others, and takes an error for what was never committed.
 */
public final class OffsetFetchHandler implements RequestHandler<OffsetFetchRequest, OffsetFetchResponse> {
    private static final int TELLS_ABSENCE_BY_OFFSET = 1;
    private static final int TOP_LEVEL_ERROR = 2;
    private static final int SEVERAL_GROUPS = 8;
    private static final int BY_ID = 10;
    private static final int NO_EPOCH = -1;

    private final GroupCoordinator groups;
    private final Topics topics;

    public OffsetFetchHandler(GroupCoordinator groups, Topics topics) {
        this.groups = groups;
        this.topics = topics;
    }

    @Override
    public CompletionStage<OffsetFetchResponse> handle(RequestContext context, OffsetFetchRequest request) {
        boolean byId = context.version() >= BY_ID;
        if (context.version() >= SEVERAL_GROUPS) {
            return Outcome.all(request.groups().stream()
                            .map(group -> answer(group, byId))
                            .toList())
                    .thenApply(answers ->
                            OffsetFetchResponse.builder().groups(answers).build());
        }
        OffsetFetchRequest.Group group = asGroup(request);
        return answer(group, false).thenApply(answer -> single(group, answer, context.version()));
    }

    private CompletionStage<OffsetFetchResponse.Group> answer(OffsetFetchRequest.Group group, boolean byId) {
        Optional<List<OffsetFetchRequest.Group.Topic>> asked = Optional.ofNullable(group.topics());
        return Outcome.of(
                groups.fetch(group.groupId(), asked.map(list -> partitions(list, byId))),
                offsets -> new OffsetFetchResponse.Group(
                        group.groupId(),
                        asked.map(list -> answers(list, offsets, byId)).orElseGet(() -> all(offsets, byId)),
                        ErrorCode.NONE.code()),
                error -> new OffsetFetchResponse.Group(group.groupId(), List.of(), error.code()));
    }

    private List<TopicPartition> partitions(List<OffsetFetchRequest.Group.Topic> asked, boolean byId) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (OffsetFetchRequest.Group.Topic topic : asked) {
            name(topic, byId).ifPresent(name -> topic.partitionIndexes()
                    .forEach(partition -> partitions.add(new TopicPartition(name, partition))));
        }
        return partitions;
    }

    private Optional<String> name(OffsetFetchRequest.Group.Topic topic, boolean byId) {
        return byId ? topics.name(topic.topicId()) : Optional.of(topic.name());
    }

    private List<OffsetFetchResponse.Group.Topic> answers(
            List<OffsetFetchRequest.Group.Topic> asked, Map<TopicPartition, CommittedOffset> offsets, boolean byId) {
        List<OffsetFetchResponse.Group.Topic> answers = new ArrayList<>();
        for (OffsetFetchRequest.Group.Topic topic : asked) {
            Optional<String> name = name(topic, byId);
            ErrorCode error = name.isPresent() ? ErrorCode.NONE : ErrorCode.UNKNOWN_TOPIC_ID;
            answers.add(new OffsetFetchResponse.Group.Topic(
                    topic.name(),
                    topic.topicId(),
                    topic.partitionIndexes().stream()
                            .map(partition -> name.map(n -> offsets.get(new TopicPartition(n, partition)))
                                    .map(offset -> found(partition, offset))
                                    .orElseGet(() -> none(partition, error)))
                            .toList()));
        }
        return answers;
    }

    /** All offsets of a group, by topic; those of topics without an id cannot be told to who asks by id. */
    private List<OffsetFetchResponse.Group.Topic> all(Map<TopicPartition, CommittedOffset> offsets, boolean byId) {
        Map<String, List<OffsetFetchResponse.Group.Topic.Partition>> byTopic = new LinkedHashMap<>();
        offsets.forEach((partition, offset) -> byTopic.computeIfAbsent(partition.topic(), t -> new ArrayList<>())
                .add(found(partition.partition(), offset)));
        List<OffsetFetchResponse.Group.Topic> answers = new ArrayList<>();
        byTopic.forEach((topic, partitions) -> {
            Optional<Uuid> id = byId ? topics.id(topic) : Optional.of(Uuid.ZERO);
            id.ifPresent(given -> answers.add(new OffsetFetchResponse.Group.Topic(topic, given, partitions)));
        });
        return answers;
    }

    private static OffsetFetchResponse.Group.Topic.Partition found(int partition, CommittedOffset offset) {
        return new OffsetFetchResponse.Group.Topic.Partition(
                partition, offset.offset(), offset.leaderEpoch(), offset.metadata(), ErrorCode.NONE.code());
    }

    private static OffsetFetchResponse.Group.Topic.Partition none(int partition, ErrorCode error) {
        return new OffsetFetchResponse.Group.Topic.Partition(partition, -1, -1, "", error.code());
    }

    private static OffsetFetchRequest.Group asGroup(OffsetFetchRequest request) {
        List<OffsetFetchRequest.Group.Topic> asked = request.topics() == null
                ? null
                : request.topics().stream()
                        .map(topic ->
                                new OffsetFetchRequest.Group.Topic(topic.name(), Uuid.ZERO, topic.partitionIndexes()))
                        .toList();
        return new OffsetFetchRequest.Group(request.groupId(), null, NO_EPOCH, asked);
    }

    private OffsetFetchResponse single(
            OffsetFetchRequest.Group asked, OffsetFetchResponse.Group answer, short version) {
        boolean failed = answer.errorCode() != ErrorCode.NONE.code();
        if (failed && version < TOP_LEVEL_ERROR) {
            return OffsetFetchResponse.builder()
                    .topics(asked.topics().stream()
                            .map(topic -> failed(topic, ErrorCode.of(answer.errorCode()), version))
                            .toList())
                    .build();
        }
        return OffsetFetchResponse.builder()
                .errorCode(answer.errorCode())
                .topics(answer.topics().stream()
                        .map(topic -> new OffsetFetchResponse.Topic(
                                topic.name(),
                                topic.partitions().stream()
                                        .map(partition -> single(partition, version))
                                        .toList()))
                        .toList())
                .build();
    }

    private static OffsetFetchResponse.Topic failed(
            OffsetFetchRequest.Group.Topic topic, ErrorCode error, short version) {
        return new OffsetFetchResponse.Topic(
                topic.name(),
                topic.partitionIndexes().stream()
                        .map(partition -> single(none(partition, error), version))
                        .toList());
    }

    private static OffsetFetchResponse.Topic.Partition single(
            OffsetFetchResponse.Group.Topic.Partition partition, short version) {
        boolean isAbsent = partition.committedOffset() < 0 && partition.errorCode() == ErrorCode.NONE.code();
        short error = isAbsent && version < TELLS_ABSENCE_BY_OFFSET
                ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION.code()
                : partition.errorCode();
        return new OffsetFetchResponse.Topic.Partition(
                partition.partitionIndex(),
                partition.committedOffset(),
                partition.committedLeaderEpoch(),
                partition.metadata(),
                error);
    }
}
