package io.millrace.client.testing;

import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.FindCoordinatorResponse;
import io.millrace.protocol.message.HeartbeatResponse;
import io.millrace.protocol.message.JoinGroupRequest;
import io.millrace.protocol.message.JoinGroupResponse;
import io.millrace.protocol.message.LeaveGroupResponse;
import io.millrace.protocol.message.OffsetCommitRequest;
import io.millrace.protocol.message.OffsetCommitResponse;
import io.millrace.protocol.message.OffsetFetchRequest;
import io.millrace.protocol.message.OffsetFetchResponse;
import io.millrace.protocol.message.SyncGroupRequest;
import io.millrace.protocol.message.SyncGroupResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The coordinator of a group that has one member, which so is its leader. Moves from broker to broker as the test says.
 *
 * <p>Threading: any.
 */
public final class FakeGroup {
    private final FakeCluster cluster;
    private final Map<TopicPartition, Long> committed = new HashMap<>();
    private int coordinator = 1;
    private int generation;
    private int members;
    private ErrorCode commitError = ErrorCode.NONE;

    public FakeGroup(FakeCluster cluster) {
        this.cluster = cluster;
        for (FakeBroker broker : cluster.brokers()) {
            int id = broker.id();
            broker.on(ApiKey.FIND_COORDINATOR, call -> Reply.of(find()));
            on(broker, ApiKey.JOIN_GROUP, call -> {
                JoinGroupRequest request = call.as(JoinGroupRequest.class);
                return isAt(id)
                        ? join(request)
                        : JoinGroupResponse.builder()
                                .errorCode(ErrorCode.NOT_COORDINATOR)
                                .build();
            });
            on(broker, ApiKey.SYNC_GROUP, call -> sync(call.as(SyncGroupRequest.class)));
            on(broker, ApiKey.HEARTBEAT, call -> HeartbeatResponse.builder()
                    .errorCode(isAt(id) ? ErrorCode.NONE : ErrorCode.NOT_COORDINATOR)
                    .build());
            on(broker, ApiKey.LEAVE_GROUP, call -> LeaveGroupResponse.builder().build());
            on(broker, ApiKey.OFFSET_COMMIT, call -> commit(id, call.as(OffsetCommitRequest.class)));
            on(broker, ApiKey.OFFSET_FETCH, call -> fetch(call.as(OffsetFetchRequest.class)));
        }
    }

    private static void on(FakeBroker broker, ApiKey key, Function<FakeCall, ApiMessage> answer) {
        broker.on(key, call -> Reply.of(answer.apply(call)));
    }

    public synchronized void moveTo(int broker) {
        coordinator = broker;
    }

    private synchronized boolean isAt(int broker) {
        return coordinator == broker;
    }

    public synchronized void refuseCommits(ErrorCode error) {
        commitError = error;
    }

    public synchronized Map<TopicPartition, Long> committed() {
        return Map.copyOf(committed);
    }

    private synchronized FindCoordinatorResponse find() {
        return FindCoordinatorResponse.builder()
                .nodeId(coordinator)
                .host("127.0.0.1")
                .port(cluster.broker(coordinator).port())
                .build();
    }

    private synchronized JoinGroupResponse join(JoinGroupRequest request) {
        if (request.memberId().isEmpty()) {
            return JoinGroupResponse.builder()
                    .errorCode(ErrorCode.MEMBER_ID_REQUIRED)
                    .memberId("member-" + members++)
                    .build();
        }
        JoinGroupRequest.Protocol protocol = request.protocols().get(0);
        return JoinGroupResponse.builder()
                .generationId(++generation)
                .protocolType(request.protocolType())
                .protocolName(protocol.name())
                .leader(request.memberId())
                .memberId(request.memberId())
                .members(List.of(JoinGroupResponse.Member.builder()
                        .memberId(request.memberId())
                        .metadata(protocol.metadata())
                        .build()))
                .build();
    }

    private static SyncGroupResponse sync(SyncGroupRequest request) {
        return SyncGroupResponse.builder()
                .protocolType(request.protocolType())
                .protocolName(request.protocolName())
                .assignment(request.assignments().get(0).assignment())
                .build();
    }

    private synchronized OffsetCommitResponse commit(int broker, OffsetCommitRequest request) {
        ErrorCode error = coordinator == broker ? commitError : ErrorCode.NOT_COORDINATOR;
        List<OffsetCommitResponse.Topic> topics = new ArrayList<>();
        for (OffsetCommitRequest.Topic topic : request.topics()) {
            List<OffsetCommitResponse.Topic.Partition> answers = new ArrayList<>();
            for (OffsetCommitRequest.Topic.Partition partition : topic.partitions()) {
                TopicPartition of = new TopicPartition(topic.name(), partition.partitionIndex());
                if (error == ErrorCode.NONE) {
                    committed.put(of, partition.committedOffset());
                }
                answers.add(OffsetCommitResponse.Topic.Partition.builder()
                        .partitionIndex(partition.partitionIndex())
                        .errorCode(error)
                        .build());
            }
            topics.add(OffsetCommitResponse.Topic.builder()
                    .name(topic.name())
                    .partitions(answers)
                    .build());
        }
        return OffsetCommitResponse.builder().topics(topics).build();
    }

    private synchronized OffsetFetchResponse fetch(OffsetFetchRequest request) {
        List<OffsetFetchResponse.Topic> topics = new ArrayList<>();
        for (OffsetFetchRequest.Topic topic : request.topics()) {
            List<OffsetFetchResponse.Topic.Partition> answers = new ArrayList<>();
            for (int id : topic.partitionIndexes()) {
                answers.add(OffsetFetchResponse.Topic.Partition.builder()
                        .partitionIndex(id)
                        .committedOffset(committed.getOrDefault(new TopicPartition(topic.name(), id), -1L))
                        .metadata("")
                        .build());
            }
            topics.add(OffsetFetchResponse.Topic.builder()
                    .name(topic.name())
                    .partitions(answers)
                    .build());
        }
        return OffsetFetchResponse.builder().topics(topics).build();
    }
}
