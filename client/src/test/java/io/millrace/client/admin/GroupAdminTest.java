package io.millrace.client.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.MillraceException.Reason;
import io.millrace.client.testing.FakeBroker;
import io.millrace.client.testing.FakeCall;
import io.millrace.client.testing.FakeCluster;
import io.millrace.client.testing.Reply;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.DescribeGroupsRequest;
import io.millrace.protocol.message.DescribeGroupsResponse;
import io.millrace.protocol.message.FindCoordinatorRequest;
import io.millrace.protocol.message.FindCoordinatorResponse;
import io.millrace.protocol.message.ListGroupsResponse;
import io.millrace.protocol.message.OffsetCommitRequest;
import io.millrace.protocol.message.OffsetCommitResponse;
import io.millrace.protocol.message.OffsetDeleteResponse;
import io.millrace.protocol.message.OffsetFetchResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Groups and their positions at scripted coordinators, which move, load and refuse. */
@Timeout(30)
final class GroupAdminTest {
    private static final TopicPartition FIRST = new TopicPartition("orders", 0);
    private static final TopicPartition SECOND = new TopicPartition("orders", 1);

    private final FakeCluster cluster = new FakeCluster(2);

    /** Who coordinates what; 0 for nobody. Read and written by the scripts, which run one at a time per broker. */
    private final Map<String, Integer> coordinators = new TreeMap<>(Map.of("a", 1, "b", 2));

    private final Admin admin = Admin.open(ClientConfig.builder(cluster.bootstrap())
            .retryBackoff(Duration.ofMillis(5), Duration.ofMillis(20))
            .reconnectBackoff(Duration.ofMillis(5), Duration.ofMillis(20))
            .build());

    @BeforeEach
    void script() {
        for (FakeBroker broker : cluster.brokers()) {
            broker.on(ApiKey.FIND_COORDINATOR, call -> Reply.of(found(call)));
            broker.on(ApiKey.DESCRIBE_GROUPS, call -> Reply.of(described(call, broker.id())));
        }
    }

    @AfterEach
    void close() {
        admin.close();
        cluster.close();
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static ErrorCode error(ItemResult<?> result) {
        return result.failure().map(MillraceException::error).orElse(ErrorCode.NONE);
    }

    private synchronized int coordinator(String group) {
        return coordinators.get(group);
    }

    private synchronized void move(String group, int broker) {
        coordinators.put(group, broker);
    }

    private FindCoordinatorResponse found(FakeCall call) {
        FindCoordinatorRequest request = call.as(FindCoordinatorRequest.class);
        if (call.version() < 4) {
            return FindCoordinatorResponse.builder()
                    .nodeId(coordinator(request.key()))
                    .host("127.0.0.1")
                    .port(1)
                    .build();
        }
        return FindCoordinatorResponse.builder()
                .coordinators(request.coordinatorKeys().stream()
                        .map(group -> FindCoordinatorResponse.Coordinator.builder()
                                .key(group)
                                .nodeId(coordinator(group))
                                .host("127.0.0.1")
                                .port(1)
                                .errorCode(
                                        coordinator(group) == 0 ? ErrorCode.COORDINATOR_NOT_AVAILABLE : ErrorCode.NONE)
                                .build())
                        .toList())
                .build();
    }

    private DescribeGroupsResponse described(FakeCall call, int broker) {
        return DescribeGroupsResponse.builder()
                .groups(call.as(DescribeGroupsRequest.class).groups().stream()
                        .map(group -> DescribeGroupsResponse.Group.builder()
                                .groupId(group)
                                .groupState("Empty")
                                .protocolType("consumer")
                                .errorCode(coordinator(group) == broker ? ErrorCode.NONE : ErrorCode.NOT_COORDINATOR)
                                .build())
                        .toList())
                .build();
    }

    private static DescribeGroupsResponse failing(String group, ErrorCode error) {
        return DescribeGroupsResponse.builder()
                .groups(List.of(DescribeGroupsResponse.Group.builder()
                        .groupId(group)
                        .errorCode(error)
                        .build()))
                .build();
    }

    @Test
    void eachCoordinatorIsAskedForItsGroups() {
        Map<String, ItemResult<GroupDescription>> results = get(admin.describeGroups(List.of("a", "b")));

        assertEquals(1, results.get("a").get().coordinator());
        assertEquals(2, results.get("b").get().coordinator());
    }

    @Test
    void aCoordinatorThatMovesIsLookedForAgain() {
        cluster.broker(1).once(ApiKey.DESCRIBE_GROUPS, call -> {
            move("a", 2);
            return Reply.of(failing("a", ErrorCode.NOT_COORDINATOR));
        });

        Map<String, ItemResult<GroupDescription>> results = get(admin.describeGroups(List.of("a", "b")));

        assertEquals(2, results.get("a").get().coordinator());
        List<FakeCall> calls = cluster.broker(2).calls(ApiKey.DESCRIBE_GROUPS);
        assertEquals(2, calls.size());
        assertEquals(List.of("a"), calls.get(1).as(DescribeGroupsRequest.class).groups());
    }

    @Test
    void aCoordinatorThatStillLoadsIsWaitedFor() {
        cluster.broker(1).once(ApiKey.DESCRIBE_GROUPS, Reply.of(failing("a", ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)));
        cluster.broker(1).once(ApiKey.DESCRIBE_GROUPS, Reply.of(failing("a", ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)));

        assertEquals("Empty", get(admin.describeGroup("a")).get().state());
        assertEquals(3, cluster.broker(1).calls(ApiKey.DESCRIBE_GROUPS).size());
    }

    @Test
    void aConnectionThatBreaksIsAFailureOfOneAttempt() {
        cluster.broker(1).once(ApiKey.DESCRIBE_GROUPS, new Reply.Hangup());

        assertEquals("Empty", get(admin.describeGroup("a")).get().state());
    }

    @Test
    void aGroupWithoutCoordinatorFailsAloneWhenTimeIsOver() {
        move("a", 0);

        Map<String, ItemResult<GroupDescription>> results =
                get(admin.within(Duration.ofMillis(500)).describeGroups(List.of("a", "b")));

        assertEquals(ErrorCode.COORDINATOR_NOT_AVAILABLE, error(results.get("a")));
        assertTrue(results.get("b").isSuccess());
    }

    @Test
    void olderBrokersAreAskedForOneCoordinatorAtATime() {
        cluster.brokers().forEach(broker -> broker.serves(ApiKey.FIND_COORDINATOR, 0, 3));

        Map<String, ItemResult<GroupDescription>> results = get(admin.describeGroups(List.of("a", "b")));

        assertEquals(1, results.get("a").get().coordinator());
        assertEquals(2, results.get("b").get().coordinator());
    }

    @Test
    void aDeadGroupIsOneThatIsNotThere() {
        cluster.broker(1)
                .once(
                        ApiKey.DESCRIBE_GROUPS,
                        Reply.of(DescribeGroupsResponse.builder()
                                .groups(List.of(DescribeGroupsResponse.Group.builder()
                                        .groupId("a")
                                        .groupState("Dead")
                                        .build()))
                                .build()));

        assertEquals(ErrorCode.GROUP_ID_NOT_FOUND, error(get(admin.describeGroup("a"))));
    }

    @Test
    void groupsOfAllBrokersAreListedAndWhoDidNotAnswerIsNamed() {
        cluster.broker(1)
                .on(
                        ApiKey.LIST_GROUPS,
                        call -> Reply.of(ListGroupsResponse.builder()
                                .groups(List.of(ListGroupsResponse.Group.builder()
                                        .groupId("a")
                                        .protocolType("consumer")
                                        .groupState("Empty")
                                        .groupType("classic")
                                        .build()))
                                .build()));
        cluster.broker(2).on(ApiKey.LIST_GROUPS, call -> new Reply.Silence());

        GroupList list = get(admin.within(Duration.ofSeconds(3)).listGroups()).get();

        assertEquals(List.of(new GroupListing("a", "consumer", "Empty", "classic")), list.groups());
        assertEquals(Set.of(2), list.failures().keySet());
        assertEquals(Reason.TIMED_OUT, list.failures().get(2).reason());
    }

    @Test
    void positionsGoToTheCoordinatorAndEachHasItsOwnEnd() {
        cluster.broker(2)
                .on(
                        ApiKey.OFFSET_COMMIT,
                        call -> Reply.of(OffsetCommitResponse.builder()
                                .topics(List.of(OffsetCommitResponse.Topic.builder()
                                        .name("orders")
                                        .partitions(
                                                call.as(OffsetCommitRequest.class).topics().get(0).partitions().stream()
                                                        .map(partition -> OffsetCommitResponse.Topic.Partition.builder()
                                                                .partitionIndex(partition.partitionIndex())
                                                                .errorCode(
                                                                        partition.committedOffset() < 100
                                                                                ? ErrorCode.NONE
                                                                                : ErrorCode.OFFSET_METADATA_TOO_LARGE)
                                                                .build())
                                                        .toList())
                                        .build()))
                                .build()));

        Map<TopicPartition, ItemResult<Done>> results = get(
                admin.alterGroupOffsets("b", Map.of(FIRST, CommittedOffset.of(42), SECOND, CommittedOffset.of(100))));

        assertTrue(results.get(FIRST).isSuccess());
        assertEquals(ErrorCode.OFFSET_METADATA_TOO_LARGE, error(results.get(SECOND)));
        OffsetCommitRequest request =
                cluster.broker(2).calls(ApiKey.OFFSET_COMMIT).get(0).as(OffsetCommitRequest.class);
        assertEquals(-1, request.generationIdOrMemberEpoch());
        assertEquals("", request.memberId());
    }

    @Test
    void positionsAreListedWithoutThoseThatWereNeverCommitted() {
        cluster.broker(1)
                .once(
                        ApiKey.OFFSET_FETCH,
                        Reply.of(OffsetFetchResponse.builder()
                                .errorCode(ErrorCode.NOT_COORDINATOR)
                                .build()));
        cluster.broker(1)
                .on(
                        ApiKey.OFFSET_FETCH,
                        call -> Reply.of(OffsetFetchResponse.builder()
                                .topics(List.of(new OffsetFetchResponse.Topic(
                                        "orders",
                                        List.of(
                                                new OffsetFetchResponse.Topic.Partition(0, 7, 3, "note", (short) 0),
                                                new OffsetFetchResponse.Topic.Partition(1, -1, -1, "", (short) 0)))))
                                .build()));

        Map<TopicPartition, CommittedOffset> positions =
                get(admin.listGroupOffsets("a")).get();

        assertEquals(Set.of(FIRST), positions.keySet());
        assertEquals(7, positions.get(FIRST).offset());
        assertEquals(3, positions.get(FIRST).leaderEpoch().orElseThrow());
        assertEquals("note", positions.get(FIRST).metadata());
    }

    @Test
    void anErrorOfTheWholeAnswerIsThatOfEachItem() {
        cluster.broker(1)
                .on(
                        ApiKey.OFFSET_DELETE,
                        call -> Reply.of(OffsetDeleteResponse.builder()
                                .errorCode(ErrorCode.GROUP_ID_NOT_FOUND)
                                .build()));

        Map<TopicPartition, ItemResult<Done>> results = get(admin.deleteGroupOffsets("a", List.of(FIRST, SECOND)));

        results.values().forEach(result -> assertEquals(ErrorCode.GROUP_ID_NOT_FOUND, error(result)));
        assertEquals(2, results.size());
    }

    @Test
    void anAssignmentIsReadAndWhateverElseIsNone() {
        byte[] name = "orders".getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(64).putShort((short) 3).putInt(1);
        bytes.putShort((short) name.length)
                .put(name)
                .putInt(2)
                .putInt(0)
                .putInt(1)
                .putInt(-1);
        byte[] whole = new byte[bytes.position()];
        bytes.flip().get(whole);

        assertEquals(Set.of(FIRST, SECOND), Assignments.read(whole));
        assertEquals(Set.of(), Assignments.read(new byte[0]));
        assertEquals(Set.of(), Assignments.read(new byte[] {0, 1, 127, 127, 127, 127, 1}));
    }
}
