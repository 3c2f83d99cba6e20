package io.millrace.broker.api.admin;

import static io.millrace.broker.replica.ReplicaHouse.await;
import static io.millrace.broker.replica.ReplicaHouse.batch;
import static io.millrace.broker.replica.ReplicaHouse.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.BrokerHouse;
import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.cluster.Endpoint;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.coordinator.Answer;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.AlterPartitionReassignmentsRequest;
import io.millrace.protocol.message.AlterPartitionReassignmentsRequest.Topic;
import io.millrace.protocol.message.AlterPartitionReassignmentsResponse;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ElectLeadersRequest;
import io.millrace.protocol.message.ElectLeadersResponse;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FetchResponse;
import io.millrace.protocol.message.ListPartitionReassignmentsRequest;
import io.millrace.protocol.message.ListPartitionReassignmentsResponse;
import io.millrace.protocol.message.ProduceRequest;
import io.millrace.protocol.message.ProduceResponse;
import io.millrace.protocol.record.BufferSlice;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** AlterPartitionReassignments, ListPartitionReassignments, ElectLeaders and hints at leaders, as broker 1 of three. */
class ReassignmentHandlersTest {
    private static final int UNCLEAN = 1;

    @TempDir
    private Path directory;

    private BrokerHouse house;
    private final Uuid topicId = Uuid.random();

    @BeforeEach
    void open() {
        house = new BrokerHouse(directory);
        house.replica.cluster.tamper(edit -> {
            for (int id = 2; id <= 4; id++) {
                edit.putBroker(new BrokerRegistration(
                        id,
                        List.of(new Endpoint(BrokerHouse.LISTENER, "PLAINTEXT", id + ".example", 9092)),
                        Optional.of("rack-" + id),
                        id));
            }
            edit.putConfig(new ConfigScope.Broker(4), Map.of("broker.cordoned", "true"));
        });
        topic(1, List.of(1, 2));
    }

    @AfterEach
    void close() {
        house.close();
    }

    private void topic(int leader, List<Integer> isr) {
        house.replica.cluster.tamper(edit -> {
            edit.putTopic(TopicState.withoutStates("t", topicId, TopicState.Assignment.of(List.of(List.of(1, 2))), 0));
            edit.putState(
                    new TopicPartition("t", 0),
                    Optional.of(new PartitionState(leader, 3 + leader, isr, PartitionState.RECOVERED, 7 + leader)));
        });
        await(house.replica.cluster.when(view -> view.topic("t")
                .flatMap(topic -> topic.state(0))
                .filter(state -> state.leader() == leader)
                .isPresent()));
        house.replica.caughtUp();
    }

    private int move(int version, boolean mayResize, int partition, Integer... target) {
        AlterPartitionReassignmentsRequest.Builder request = AlterPartitionReassignmentsRequest.builder()
                .topics(List.of(new Topic(
                        "t", List.of(new Topic.Partition(partition, target == null ? null : Arrays.asList(target))))));
        if (version >= 1) {
            request.allowReplicationFactorChange(mayResize);
        }
        return house.ask(
                        ApiKey.ALTER_PARTITION_REASSIGNMENTS,
                        AlterPartitionReassignmentsResponse::read,
                        version,
                        request.build())
                .responses()
                .get(0)
                .partitions()
                .get(0)
                .errorCode();
    }

    private List<ListPartitionReassignmentsResponse.Topic> moving() {
        return house.ask(
                        ApiKey.LIST_PARTITION_REASSIGNMENTS,
                        ListPartitionReassignmentsResponse::read,
                        0,
                        ListPartitionReassignmentsRequest.builder().topics(null).build())
                .topics();
    }

    private TopicState topic() {
        return house.replica.cluster.view().topic("t").orElseThrow();
    }

    @Test
    void whatCannotBeIsRefused() {
        assertEquals(85, move(1, true, 0, (Integer[]) null));
        assertEquals(3, move(1, true, 1, 1, 2));
        assertEquals(39, move(1, true, 0));
        assertEquals(39, move(1, true, 0, 1, 1));
        assertEquals(39, move(1, true, 0, 1, 9));
        assertEquals(39, move(1, true, 0, 1, -1));
        assertEquals(39, move(1, true, 0, 1, 4), "cordoned");
        assertEquals(38, move(1, false, 0, 1, 2, 3));
        assertEquals(List.of(), moving());
    }

    @Test
    void aMoveIsListedReplacedAndCancelled() {
        assertEquals(0, move(0, true, 0, 1, 3));
        ListPartitionReassignmentsResponse.Topic listed = moving().get(0);
        assertEquals("t", listed.name());
        assertEquals(
                new ListPartitionReassignmentsResponse.Topic.Partition(0, List.of(1, 3, 2), List.of(3), List.of(2)),
                listed.partitions().get(0));
        assertEquals(0, move(1, true, 0, 3));
        assertEquals(List.of(1, 2), topic().removingReplicas(0));
        assertEquals(0, move(1, true, 0, (Integer[]) null));
        house.replica.caughtUp();
        await(house.replica.cluster.when(view ->
                view.topic("t").orElseThrow().movingPartitions().findAny().isEmpty()));
        assertEquals(List.of(1, 2), topic().replicas(0));
    }

    @Test
    void theLeaderSettlesWhatNeedsNobodyNew() {
        assertEquals(0, move(1, true, 0, 1));
        await(house.replica.cluster.when(view ->
                view.topic("t").orElseThrow().movingPartitions().findAny().isEmpty()));
        assertEquals(List.of(1), topic().replicas(0));
        assertEquals(List.of(1), topic().state(0).orElseThrow().isr());
    }

    /** Or it would count for the empty log that the same broker has when it is to hold the partition again. */
    @Test
    void aFetchOfAReplicaThatWasLetGoComesTooLate() {
        house.ask(ApiKey.FETCH, FetchResponse::read, 17, byFollower(2, 0, 0, 0));
        int epoch = topic().state(0).orElseThrow().leaderEpoch();
        assertEquals(0, move(1, true, 0, 1));
        await(house.replica.cluster.when(view ->
                view.topic("t").orElseThrow().movingPartitions().findAny().isEmpty()));
        assertEquals(epoch + 1, topic().state(0).orElseThrow().leaderEpoch());
        assertEquals(0, move(1, true, 0, 1, 2));
        house.replica.caughtUp();

        FetchResponse late = house.ask(ApiKey.FETCH, FetchResponse::read, 17, byFollower(2, 0, -1, 0));
        assertEquals(
                ErrorCode.FENCED_LEADER_EPOCH.code(),
                late.responses().get(0).partitions().get(0).errorCode());
        house.replica.caughtUp();
        assertEquals(List.of(1), topic().state(0).orElseThrow().isr());
    }

    @Test
    void anElectionTellsWhyThereIsNone() {
        assertEquals(84, elect(0, 0));
        assertEquals(84, elect(UNCLEAN, 0));
        assertEquals(3, elect(0, 5));
    }

    private int elect(int type, int partition) {
        ElectLeadersResponse response = house.ask(
                ApiKey.ELECT_LEADERS,
                ElectLeadersResponse::read,
                2,
                ElectLeadersRequest.builder()
                        .electionType((byte) type)
                        .topicPartitions(List.of(new ElectLeadersRequest.TopicPartition("t", List.of(partition))))
                        .build());
        assertEquals(0, response.errorCode());
        return response.replicaElectionResults().get(0).partitionResult().get(0).errorCode();
    }

    @Test
    void whoComesToTheWrongBrokerIsToldWhoLeads() {
        topic(2, List.of(1, 2));
        ProduceResponse produced = house.ask(
                ApiKey.PRODUCE,
                ProduceResponse::read,
                12,
                ProduceRequest.builder()
                        .acks((short) 1)
                        .timeoutMs(1000)
                        .topicData(List.of(new ProduceRequest.TopicData(
                                "t",
                                Uuid.ZERO,
                                List.of(new ProduceRequest.TopicData.PartitionData(0, new BufferSlice(batch("a")))))))
                        .build());
        var told = produced.responses().get(0).partitionResponses().get(0);
        assertEquals(6, told.errorCode());
        assertEquals(2, told.currentLeader().leaderId());
        assertEquals(5, told.currentLeader().leaderEpoch());
        assertEquals("2.example", produced.nodeEndpoints().get(0).host());
        assertEquals("rack-2", produced.nodeEndpoints().get(0).rack());

        FetchResponse fetched = fetch("", 4);
        var partition = fetched.responses().get(0).partitions().get(0);
        assertEquals(74, partition.errorCode());
        assertEquals(2, partition.currentLeader().leaderId());
        assertEquals(9092, fetched.nodeEndpoints().get(0).port());
    }

    private FetchResponse fetch(String rack, int epoch) {
        return house.ask(
                ApiKey.FETCH,
                FetchResponse::read,
                17,
                FetchRequest.builder()
                        .maxWaitMs(0)
                        .minBytes(1)
                        .maxBytes(1000)
                        .topics(List.of(FetchRequest.Topic.builder()
                                .topicId(topicId)
                                .partitions(List.of(FetchRequest.Topic.Partition.builder()
                                        .partition(0)
                                        .currentLeaderEpoch(epoch)
                                        .fetchOffset(0)
                                        .partitionMaxBytes(1000)
                                        .build()))
                                .build()))
                        .rackId(rack)
                        .build());
    }

    @Test
    void aConsumerIsSentToAReplicaInItsRackOnceThatHasFetched() {
        assertEquals(-1, preferred("rack-2"), "it has not fetched yet");
        house.ask(
                ApiKey.FETCH,
                FetchResponse::read,
                17,
                FetchRequest.builder()
                        .replicaState(new FetchRequest.ReplicaState(2, 2))
                        .maxWaitMs(0)
                        .maxBytes(1000)
                        .topics(List.of(FetchRequest.Topic.builder()
                                .topicId(topicId)
                                .partitions(List.of(FetchRequest.Topic.Partition.builder()
                                        .partition(0)
                                        .currentLeaderEpoch(4)
                                        .fetchOffset(0)
                                        .partitionMaxBytes(1000)
                                        .build()))
                                .build()))
                        .build());
        assertEquals(2, preferred("rack-2"));
        assertEquals(-1, preferred("rack-a"), "that of the leader");
        assertEquals(-1, preferred("rack-3"), "nobody holds it there");
        assertEquals(-1, preferred(""));
        assertTrue(topic().state(0).isPresent());
    }

    private int preferred(String rack) {
        return fetch(rack, 4).responses().get(0).partitions().get(0).preferredReadReplica();
    }

    // ---- what followers hear

    private FetchRequest byFollower(int broker, int session, int epoch, long offset) {
        return FetchRequest.builder()
                .replicaState(new FetchRequest.ReplicaState(broker, broker))
                .maxWaitMs(60_000)
                .minBytes(session == 0 && epoch == 0 ? 0 : 1)
                .maxBytes(1000)
                .sessionId(session)
                .sessionEpoch(epoch)
                .topics(List.of(FetchRequest.Topic.builder()
                        .topicId(topicId)
                        .partitions(List.of(FetchRequest.Topic.Partition.builder()
                                .partition(0)
                                .currentLeaderEpoch(4)
                                .fetchOffset(offset)
                                .partitionMaxBytes(1000)
                                .build()))
                        .build()))
                .build();
    }

    @Test
    void aFollowerThatConsumersMayReadHearsAtOnceWhatIsCommitted() {
        house.replica.cluster.tamper(edit -> {
            edit.putTopic(
                    TopicState.withoutStates("t", topicId, TopicState.Assignment.of(List.of(List.of(1, 2, 3))), 1));
            edit.putState(
                    new TopicPartition("t", 0),
                    Optional.of(new PartitionState(1, 4, List.of(1, 2, 3), PartitionState.RECOVERED, 20)));
        });
        house.replica.caughtUp();
        int session = house.ask(ApiKey.FETCH, FetchResponse::read, 17, byFollower(2, 0, 0, 0))
                .sessionId();
        house.replica.partition("t", 0).append(only(batch("a")));
        FetchResponse records = house.ask(ApiKey.FETCH, FetchResponse::read, 17, byFollower(2, session, 1, 0));
        assertEquals(0, records.responses().get(0).partitions().get(0).highWatermark());
        Answer<FetchResponse> waiting =
                house.later(ApiKey.FETCH, FetchResponse::read, 17, byFollower(2, session, 2, 1));
        assertFalse(waiting.isGiven(), "nothing is new");
        house.later(ApiKey.FETCH, FetchResponse::read, 17, byFollower(3, 0, -1, 1));
        house.workers.runAll();
        var news = waiting.value().responses().get(0).partitions().get(0);
        assertEquals(1, news.highWatermark());
        assertEquals(0, news.records().sizeInBytes());
    }
}
