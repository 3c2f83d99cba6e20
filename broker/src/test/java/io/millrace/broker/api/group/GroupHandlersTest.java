package io.millrace.broker.api.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.ManualTimer;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.coordinator.Answer;
import io.millrace.broker.group.GroupHouse;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.DeleteGroupsRequest;
import io.millrace.protocol.message.DeleteGroupsResponse;
import io.millrace.protocol.message.DescribeGroupsRequest;
import io.millrace.protocol.message.DescribeGroupsResponse;
import io.millrace.protocol.message.HeartbeatRequest;
import io.millrace.protocol.message.HeartbeatResponse;
import io.millrace.protocol.message.JoinGroupRequest;
import io.millrace.protocol.message.JoinGroupResponse;
import io.millrace.protocol.message.LeaveGroupRequest;
import io.millrace.protocol.message.LeaveGroupResponse;
import io.millrace.protocol.message.ListGroupsRequest;
import io.millrace.protocol.message.ListGroupsResponse;
import io.millrace.protocol.message.OffsetCommitRequest;
import io.millrace.protocol.message.OffsetCommitResponse;
import io.millrace.protocol.message.OffsetDeleteRequest;
import io.millrace.protocol.message.OffsetDeleteResponse;
import io.millrace.protocol.message.OffsetFetchRequest;
import io.millrace.protocol.message.OffsetFetchResponse;
import io.millrace.protocol.message.SyncGroupRequest;
import io.millrace.protocol.message.SyncGroupResponse;
import io.millrace.protocol.wire.BufferWriter;
import io.millrace.protocol.wire.Reader;
import io.millrace.protocol.wire.SizeCounter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every handler at every version: requests and responses go over the wire form of the version and back. */
class GroupHandlersTest {
    private final GroupHouse house = new GroupHouse();

    private static <M extends ApiMessage> M overTheWire(M message, ApiMessage.Decoder<M> decoder, int version) {
        SizeCounter size = new SizeCounter();
        message.write(size, (short) version);
        ByteBuffer bytes = ByteBuffer.allocate(size.total());
        message.write(new BufferWriter(bytes), (short) version);
        Reader in = new Reader(bytes.flip());
        M read = decoder.read(in, (short) version);
        in.expectEnd();
        return read;
    }

    private static <Q extends ApiMessage, R extends ApiMessage> Answer<R> ask(
            RequestHandler<Q, R> handler,
            Q request,
            ApiMessage.Decoder<Q> requests,
            ApiMessage.Decoder<R> responses,
            int version) {
        RequestContext context = new RequestContext(
                (short) version,
                "client",
                InetAddress.getLoopbackAddress(),
                "PLAINTEXT",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 9092),
                new ManualTimer());
        return Answer.of(handler.handle(context, overTheWire(request, requests, version))
                .thenApply(response -> overTheWire(response, responses, version)));
    }

    private Answer<JoinGroupResponse> join(String memberId, int version) {
        JoinGroupRequest request = JoinGroupRequest.builder()
                .groupId("g")
                .memberId(memberId)
                .sessionTimeoutMs(10_000)
                .rebalanceTimeoutMs(version == 0 ? -1 : 60_000)
                .protocolType("consumer")
                .protocols(List.of(new JoinGroupRequest.Protocol("range", GroupHouse.bytes("meta"))))
                .build();
        return ask(
                new JoinGroupHandler(house.groups), request, JoinGroupRequest::read, JoinGroupResponse::read, version);
    }

    private JoinGroupResponse joined(int version) {
        Answer<JoinGroupResponse> first = join("", version);
        Answer<JoinGroupResponse> answer = first;
        if (version >= 4) {
            assertEquals(79, first.value().errorCode());
            answer = join(first.value().memberId(), version);
        }
        house.advance(GroupHouse.DELAY_MS);
        return answer.value();
    }

    private SyncGroupResponse sync(JoinGroupResponse joined, int version) {
        SyncGroupRequest request = SyncGroupRequest.builder()
                .groupId("g")
                .memberId(joined.memberId())
                .generationId(joined.generationId())
                .protocolType("consumer")
                .protocolName("range")
                .assignments(List.of(new SyncGroupRequest.Assignment(joined.memberId(), GroupHouse.bytes("work"))))
                .build();
        return ask(
                        new SyncGroupHandler(house.groups),
                        request,
                        SyncGroupRequest::read,
                        SyncGroupResponse::read,
                        version)
                .value();
    }

    private JoinGroupResponse settled() {
        JoinGroupResponse joined = joined(9);
        assertEquals("work", GroupHouse.text(sync(joined, 5).assignment()));
        return joined;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void joinGroup(int version) {
        JoinGroupResponse joined = joined(version);
        assertEquals(0, joined.errorCode());
        assertEquals(1, joined.generationId());
        assertEquals("range", joined.protocolName());
        assertEquals(version >= 7 ? "consumer" : null, joined.protocolType());
        assertEquals(joined.memberId(), joined.leader());
        assertEquals(
                List.of("meta"),
                joined.members().stream()
                        .map(m -> GroupHouse.text(m.metadata()))
                        .toList());
        JoinGroupResponse refused = join("nobody", version).value();
        assertEquals(25, refused.errorCode());
        assertEquals("nobody", refused.memberId());
        assertEquals(-1, refused.generationId());
        assertEquals(version >= 7 ? null : "", refused.protocolName());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void syncGroup(int version) {
        JoinGroupResponse joined = joined(9);
        SyncGroupResponse synced = sync(joined, version);
        assertEquals(0, synced.errorCode());
        assertEquals("work", GroupHouse.text(synced.assignment()));
        assertEquals(version >= 5 ? "range" : null, synced.protocolName());
        house.groups.close();
        assertEquals(15, sync(joined, version).errorCode());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void heartbeat(int version) {
        JoinGroupResponse joined = settled();
        for (int generation : new int[] {1, 2}) {
            HeartbeatRequest request = HeartbeatRequest.builder()
                    .groupId("g")
                    .memberId(joined.memberId())
                    .generationId(generation)
                    .build();
            HeartbeatResponse response = ask(
                            new HeartbeatHandler(house.groups),
                            request,
                            HeartbeatRequest::read,
                            HeartbeatResponse::read,
                            version)
                    .value();
            assertEquals(generation == 1 ? 0 : 22, response.errorCode());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void leaveGroup(int version) {
        JoinGroupResponse joined = settled();
        for (int expected : new int[] {0, 25}) {
            LeaveGroupRequest.Builder request = LeaveGroupRequest.builder().groupId("g");
            if (version >= 3) {
                request.members(List.of(LeaveGroupRequest.Member.builder()
                        .memberId(joined.memberId())
                        .build()));
            } else {
                request.memberId(joined.memberId());
            }
            LeaveGroupResponse response = ask(
                            new LeaveGroupHandler(house.groups),
                            request.build(),
                            LeaveGroupRequest::read,
                            LeaveGroupResponse::read,
                            version)
                    .value();
            assertEquals(version >= 3 ? 0 : expected, response.errorCode());
            if (version >= 3) {
                assertEquals(joined.memberId(), response.members().get(0).memberId());
                assertEquals(expected, response.members().get(0).errorCode());
            }
        }
        assertEquals("Empty", house.state());
    }

    private OffsetCommitResponse commit(String topic, Uuid id, int version, int... partitions) {
        List<OffsetCommitRequest.Topic.Partition> positions = IntStream.of(partitions)
                .mapToObj(p -> OffsetCommitRequest.Topic.Partition.builder()
                        .partitionIndex(p)
                        .committedOffset(100 + p)
                        .committedMetadata(p == 0 ? null : "m")
                        .build())
                .toList();
        OffsetCommitRequest request = OffsetCommitRequest.builder()
                .groupId("g")
                .topics(List.of(OffsetCommitRequest.Topic.builder()
                        .name(topic)
                        .topicId(id)
                        .partitions(positions)
                        .build()))
                .build();
        return ask(
                        new OffsetCommitHandler(house.groups, house.topics),
                        request,
                        OffsetCommitRequest::read,
                        OffsetCommitResponse::read,
                        version)
                .value();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void offsetCommit(int version) {
        Uuid id = house.topics.id("t").orElseThrow();
        OffsetCommitResponse.Topic topic =
                commit("t", id, version, 0, 1, 9).topics().get(0);
        assertEquals(version >= 10 ? "" : "t", topic.name());
        assertEquals(version >= 10 ? id : Uuid.ZERO, topic.topicId());
        assertEquals(
                List.of(0, 0, 3),
                topic.partitions().stream().map(p -> (int) p.errorCode()).toList());
        assertEquals(100, house.committed("g", 0));
        assertEquals(101, house.committed("g", 1));
        OffsetCommitResponse.Topic unknown =
                commit("none", new Uuid(5, 5), version, 0).topics().get(0);
        assertEquals(version >= 10 ? 100 : 3, unknown.partitions().get(0).errorCode());
        settled();
        OffsetCommitResponse.Topic refused =
                commit("t", id, version, 0, 1).topics().get(0);
        assertEquals(
                List.of(25, 25),
                refused.partitions().stream().map(p -> (int) p.errorCode()).toList());
    }

    private OffsetFetchResponse fetch(OffsetFetchRequest request, int version) {
        return ask(
                        new OffsetFetchHandler(house.groups, house.topics),
                        request,
                        OffsetFetchRequest::read,
                        OffsetFetchResponse::read,
                        version)
                .value();
    }

    private static OffsetFetchRequest ofOneGroup(List<Integer> partitions) {
        return new OffsetFetchRequest(
                "g",
                partitions == null ? null : List.of(new OffsetFetchRequest.Topic("t", partitions)),
                List.of(),
                false);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void offsetFetchOfOneGroup(int version) {
        house.commitAlone("g", 7, 8);
        OffsetFetchResponse some = fetch(ofOneGroup(List.of(1, 2)), version);
        assertEquals(0, some.errorCode());
        assertEquals(List.of(8L, -1L), offsets(some));
        assertEquals("m", some.topics().get(0).partitions().get(0).metadata());
        assertEquals(
                version >= 5 ? 5 : -1, some.topics().get(0).partitions().get(0).committedLeaderEpoch());
        assertEquals("", some.topics().get(0).partitions().get(1).metadata());
        assertEquals(0, some.topics().get(0).partitions().get(0).errorCode());
        assertEquals(
                version == 0 ? 3 : 0, some.topics().get(0).partitions().get(1).errorCode());
        if (version >= 2) {
            assertEquals(List.of(7L, 8L), offsets(fetch(ofOneGroup(null), version)));
        }
        house.groups.close();
        OffsetFetchResponse refused = fetch(ofOneGroup(List.of(1)), version);
        assertEquals(version >= 2 ? 15 : 0, refused.errorCode());
        assertEquals(version >= 2 ? 0 : 1, refused.topics().size());
        if (version < 2) {
            assertEquals(15, refused.topics().get(0).partitions().get(0).errorCode());
        }
    }

    private static List<Long> offsets(OffsetFetchResponse response) {
        return response.topics().get(0).partitions().stream()
                .map(OffsetFetchResponse.Topic.Partition::committedOffset)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 10})
    void offsetFetchOfSeveralGroups(int version) {
        house.commitAlone("g", 7, 8);
        Uuid id = house.topics.id("t").orElseThrow();
        List<OffsetFetchRequest.Group.Topic> asked = List.of(
                new OffsetFetchRequest.Group.Topic("t", id, List.of(0, 2)),
                new OffsetFetchRequest.Group.Topic("none", new Uuid(5, 5), List.of(4)));
        OffsetFetchResponse response = fetch(
                new OffsetFetchRequest(
                        "",
                        List.of(),
                        List.of(
                                new OffsetFetchRequest.Group("g", null, -1, asked),
                                new OffsetFetchRequest.Group("g", null, -1, null),
                                new OffsetFetchRequest.Group("unknown", null, -1, asked)),
                        true),
                version);
        OffsetFetchResponse.Group first = response.groups().get(0);
        assertEquals(List.of(7L, -1L), offsets(first.topics().get(0)));
        assertEquals(version >= 10 ? id : Uuid.ZERO, first.topics().get(0).topicId());
        assertEquals(version >= 10 ? "" : "t", first.topics().get(0).name());
        OffsetFetchResponse.Group.Topic.Partition none =
                first.topics().get(1).partitions().get(0);
        assertEquals(-1, none.committedOffset());
        assertEquals(version >= 10 ? 100 : 0, none.errorCode());
        OffsetFetchResponse.Group all = response.groups().get(1);
        assertEquals(1, all.topics().size());
        assertEquals(List.of(7L, 8L), offsets(all.topics().get(0)));
        assertEquals(
                List.of(-1L, -1L), offsets(response.groups().get(2).topics().get(0)));
        assertEquals(0, response.groups().get(2).errorCode());
        house.groups.close();
        OffsetFetchResponse refused = fetch(
                new OffsetFetchRequest(
                        "", List.of(), List.of(new OffsetFetchRequest.Group("g", null, -1, asked)), false),
                version);
        assertEquals(15, refused.groups().get(0).errorCode());
    }

    private static List<Long> offsets(OffsetFetchResponse.Group.Topic topic) {
        return topic.partitions().stream()
                .map(OffsetFetchResponse.Group.Topic.Partition::committedOffset)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {0})
    void offsetDelete(int version) {
        house.commitAlone("g", 7);
        for (String group : List.of("g", "unknown")) {
            OffsetDeleteRequest request = OffsetDeleteRequest.builder()
                    .groupId(group)
                    .topics(List.of(new OffsetDeleteRequest.Topic(
                            "t",
                            List.of(
                                    new OffsetDeleteRequest.Topic.Partition(0),
                                    new OffsetDeleteRequest.Topic.Partition(9)))))
                    .build();
            OffsetDeleteResponse response = ask(
                            new OffsetDeleteHandler(house.groups),
                            request,
                            OffsetDeleteRequest::read,
                            OffsetDeleteResponse::read,
                            version)
                    .value();
            assertEquals(group.equals("g") ? 0 : 69, response.errorCode());
            if (group.equals("g")) {
                assertEquals(
                        List.of(0, 3),
                        response.topics().get(0).partitions().stream()
                                .map(p -> (int) p.errorCode())
                                .toList());
            }
        }
        assertEquals(-1, house.committed("g", 0));
    }

    private List<String> list(int version, List<String> states, List<String> types) {
        ListGroupsRequest request = ListGroupsRequest.builder()
                .statesFilter(states)
                .typesFilter(types)
                .build();
        ListGroupsResponse response = ask(
                        new ListGroupsHandler(house.groups),
                        request,
                        ListGroupsRequest::read,
                        ListGroupsResponse::read,
                        version)
                .value();
        assertEquals(0, response.errorCode());
        return response.groups().stream()
                .map(g -> g.groupId() + " " + g.protocolType() + " " + g.groupState() + " " + g.groupType())
                .sorted()
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void listGroups(int version) {
        settled();
        house.commitAlone("alone", 1);
        String state = version >= 4 ? "Stable" : "";
        String empty = version >= 4 ? "Empty" : "";
        String type = version >= 5 ? "classic" : "";
        String g = "g consumer " + state + " " + type;
        String alone = "alone  " + empty + " " + type;
        assertEquals(List.of(alone, g), list(version, List.of(), List.of()));
        if (version >= 4) {
            assertEquals(List.of(g), list(version, List.of("stable", "Dead"), List.of()));
        }
        if (version >= 5) {
            assertEquals(List.of(), list(version, List.of(), List.of("consumer")));
            assertEquals(List.of(alone, g), list(version, List.of(), List.of("Classic")));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
    void describeGroups(int version) {
        JoinGroupResponse joined = settled();
        DescribeGroupsRequest request = DescribeGroupsRequest.builder()
                .groups(List.of("g", "unknown"))
                .includeAuthorizedOperations(version >= 3)
                .build();
        DescribeGroupsResponse response = ask(
                        new DescribeGroupsHandler(house.groups),
                        request,
                        DescribeGroupsRequest::read,
                        DescribeGroupsResponse::read,
                        version)
                .value();
        DescribeGroupsResponse.Group group = response.groups().get(0);
        assertEquals("Stable", group.groupState());
        assertEquals("range", group.protocolData());
        assertEquals(version >= 3 ? 328 : Integer.MIN_VALUE, group.authorizedOperations());
        DescribeGroupsResponse.Group.Member member = group.members().get(0);
        assertEquals(joined.memberId(), member.memberId());
        assertEquals("client", member.clientId());
        assertEquals("/127.0.0.1", member.clientHost());
        assertEquals("meta", GroupHouse.text(member.memberMetadata()));
        assertEquals("work", GroupHouse.text(member.memberAssignment()));
        DescribeGroupsResponse.Group unknown = response.groups().get(1);
        assertEquals("Dead", unknown.groupState());
        assertEquals(version >= 6 ? 69 : 0, unknown.errorCode());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void deleteGroups(int version) {
        settled();
        house.commitAlone("alone", 1);
        DeleteGroupsRequest request = DeleteGroupsRequest.builder()
                .groupsNames(List.of("g", "alone", "alone", "unknown"))
                .build();
        DeleteGroupsResponse response = ask(
                        new DeleteGroupsHandler(house.groups),
                        request,
                        DeleteGroupsRequest::read,
                        DeleteGroupsResponse::read,
                        version)
                .value();
        assertEquals(
                List.of("g 68", "alone 0", "unknown 69"),
                response.results().stream()
                        .map(r -> r.groupId() + " " + r.errorCode())
                        .toList());
        assertTrue(house.commitAlone("alone", 2) == ErrorCode.NONE);
    }
}
