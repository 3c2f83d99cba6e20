package io.millrace.broker.api.group;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.group.Committing;
import io.millrace.broker.group.Committing.Position;
import io.millrace.broker.group.GroupCoordinator;
import io.millrace.broker.group.MemberRef;
import io.millrace.broker.group.Topics;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.OffsetCommitRequest;
import io.millrace.protocol.message.OffsetCommitResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * OffsetCommit, key 8, versions 0-10: stores positions of a group; topics by name, from version 10 on by id.
 *
 * <p>Version 0 once meant a store in ZooKeeper; here it is the commit of a client that is in no generation, to the one
 * store there is. The time that version 1 gives for each position is passed over: how long a position stays is reckoned
 * by this broker's clock, not by the client's.
 */
public final class OffsetCommitHandler implements RequestHandler<OffsetCommitRequest, OffsetCommitResponse> {
    private static final int BY_ID = 10;

    private final GroupCoordinator groups;
    private final Topics topics;

    public OffsetCommitHandler(GroupCoordinator groups, Topics topics) {
        this.groups = groups;
        this.topics = topics;
    }

    @Override
    public CompletionStage<OffsetCommitResponse> handle(RequestContext context, OffsetCommitRequest request) {
        List<Optional<String>> names = request.topics().stream()
                .map(topic -> context.version() >= BY_ID ? topics.name(topic.topicId()) : Optional.of(topic.name()))
                .toList();
        Committing committing = new Committing(
                request.groupId(),
                new MemberRef(request.memberId(), Optional.ofNullable(request.groupInstanceId())),
                request.generationIdOrMemberEpoch(),
                request.retentionTimeMs(),
                positions(request, names));
        return Outcome.of(
                groups.commit(committing),
                results -> response(request, names, results::get),
                error -> response(request, names, partition -> error));
    }

    private static List<Position> positions(OffsetCommitRequest request, List<Optional<String>> names) {
        List<Position> positions = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            OffsetCommitRequest.Topic topic = request.topics().get(i);
            names.get(i).ifPresent(name -> topic.partitions().forEach(given -> positions.add(position(name, given))));
        }
        return positions;
    }

    private static Position position(String topic, OffsetCommitRequest.Topic.Partition given) {
        return new Position(
                new TopicPartition(topic, given.partitionIndex()),
                given.committedOffset(),
                given.committedLeaderEpoch(),
                Objects.requireNonNullElse(given.committedMetadata(), ""));
    }

    private static OffsetCommitResponse response(
            OffsetCommitRequest request, List<Optional<String>> names, Function<TopicPartition, ErrorCode> errors) {
        List<OffsetCommitResponse.Topic> answered = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            OffsetCommitRequest.Topic topic = request.topics().get(i);
            Optional<String> name = names.get(i);
            answered.add(new OffsetCommitResponse.Topic(
                    topic.name(),
                    topic.topicId(),
                    topic.partitions().stream()
                            .map(given -> new OffsetCommitResponse.Topic.Partition(
                                    given.partitionIndex(),
                                    error(name, given.partitionIndex(), errors).code()))
                            .toList()));
        }
        return OffsetCommitResponse.builder().topics(answered).build();
    }

    private static ErrorCode error(Optional<String> topic, int partition, Function<TopicPartition, ErrorCode> errors) {
        return topic.map(name -> errors.apply(new TopicPartition(name, partition)))
                .orElse(ErrorCode.UNKNOWN_TOPIC_ID);
    }
}
