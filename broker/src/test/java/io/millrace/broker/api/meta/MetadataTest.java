package io.millrace.broker.api.meta;

import static io.millrace.broker.replica.ReplicaHouse.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.BrokerHouse;
import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.Endpoint;
import io.millrace.broker.cluster.InMemoryClusterStore;
import io.millrace.broker.cluster.NewTopic;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.MetadataRequest;
import io.millrace.protocol.message.MetadataResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetadataTest {
    private static final int NEWEST = 13;

    @TempDir
    private Path directory;

    private BrokerHouse house;

    @BeforeEach
    void open() {
        house = new BrokerHouse(directory);
    }

    @AfterEach
    void close() {
        house.close();
    }

    private static MetadataRequest.Topic named(String name) {
        return MetadataRequest.Topic.builder().name(name).build();
    }

    private static MetadataRequest.Topic byId(Uuid id) {
        return MetadataRequest.Topic.builder().name(null).topicId(id).build();
    }

    private MetadataResponse ask(int version, MetadataRequest.Builder request) {
        return house.ask(ApiKey.METADATA, MetadataResponse::read, version, request.build());
    }

    private List<MetadataResponse.Topic> topics(int version, MetadataRequest.Topic... topics) {
        return ask(version, MetadataRequest.builder().topics(List.of(topics)).allowAutoTopicCreation(version < 4))
                .topics();
    }

    private MetadataResponse.Topic topic(int version, MetadataRequest.Topic topic) {
        List<MetadataResponse.Topic> topics = topics(version, topic);
        assertEquals(1, topics.size());
        return topics.get(0);
    }

    private static List<String> names(List<MetadataResponse.Topic> topics) {
        return topics.stream().map(MetadataResponse.Topic::name).toList();
    }

    private void broker2(String listener) {
        InMemoryClusterStore store = new InMemoryClusterStore(house.replica.truth);
        await(store.register(new BrokerRegistration(
                2, List.of(new Endpoint(listener, "PLAINTEXT", "two.example", 9093)), Optional.of("rack-b"), 0)));
        await(house.replica.cluster.when(view -> view.broker(2).isPresent()));
    }

    private void topicOn(String name, List<Integer> replicas) {
        await(house.replica.cluster.createTopic(new NewTopic(name, Uuid.random(), List.of(replicas), Map.of())));
        house.replica.caughtUp();
    }

    @Test
    void everyVersionTellsBrokersAndTopics() {
        house.replica.topic("t", 2);
        for (int version = 0; version <= NEWEST; version++) {
            MetadataResponse response = ask(
                    version,
                    MetadataRequest.builder().topics(List.of(named("t"))).allowAutoTopicCreation(true));
            MetadataResponse.Broker broker = response.brokers().get(0);
            assertEquals(1, broker.nodeId());
            assertEquals("127.0.0.1", broker.host(), "nothing is advertised: the address that the client reached");
            assertEquals(19092, broker.port());
            assertEquals(version < 1 ? null : "rack-a", broker.rack());
            assertEquals(version < 2 ? null : "cluster", response.clusterId());
            assertEquals(version < 1 ? -1 : 1, response.controllerId());
            MetadataResponse.Topic topic = response.topics().get(0);
            assertEquals(0, topic.errorCode());
            assertEquals("t", topic.name());
            assertFalse(topic.isInternal());
            assertEquals(version < 10 ? Uuid.ZERO : house.id("t"), topic.topicId());
            assertEquals(2, topic.partitions().size());
            MetadataResponse.Topic.Partition second = topic.partitions().get(1);
            assertEquals(0, second.errorCode());
            assertEquals(1, second.partitionIndex());
            assertEquals(1, second.leaderId());
            assertEquals(version < 7 ? -1 : 0, second.leaderEpoch());
            assertEquals(List.of(1), second.replicaNodes());
            assertEquals(List.of(1), second.isrNodes());
            assertEquals(List.of(), second.offlineReplicas());
        }
    }

    @Test
    void advertisedAddressesAreToldAsTheyAreAdvertised() {
        Map<String, String> settings =
                Map.of("listeners", "PLAINTEXT://0.0.0.0:9092", "advertised.listeners", "PLAINTEXT://one.example:9092");
        house.close();
        house = new BrokerHouse(directory, settings);
        MetadataResponse.Broker broker = ask(NEWEST, MetadataRequest.builder().topics(List.of()))
                .brokers()
                .get(0);
        assertEquals("one.example", broker.host());
        assertEquals(9092, broker.port());
    }

    @Test
    void allTopicsComeInOrderOfTheirNamesAndNoneMeansNone() {
        house.replica.topic("b", 1);
        house.replica.topic("a", 1);
        house.replica.topic("__consumer_offsets", 1);
        for (int version = 0; version <= NEWEST; version++) {
            MetadataRequest.Builder all = MetadataRequest.builder()
                    .topics(version == 0 ? List.of() : null)
                    .allowAutoTopicCreation(true);
            List<MetadataResponse.Topic> topics = ask(version, all).topics();
            assertEquals(List.of("__consumer_offsets", "a", "b"), names(topics));
            assertEquals(version >= 1, topics.get(0).isInternal());
            if (version >= 1) {
                assertEquals(List.of(), topics(version));
            }
        }
    }

    @Test
    void topicsAreFoundByIdFromVersion12On() {
        house.replica.topic("t", 1);
        Uuid id = house.id("t");
        for (int version : new int[] {12, 13}) {
            assertEquals("t", topic(version, byId(id)).name());
            Uuid unknown = Uuid.random();
            MetadataResponse.Topic none = topic(version, byId(unknown));
            assertEquals(100, none.errorCode());
            assertNull(none.name());
            assertEquals(unknown, none.topicId());
            assertEquals(42, topic(version, byId(Uuid.ZERO)).errorCode());
        }
        for (int version : new int[] {10, 11}) {
            assertEquals(42, topic(version, byId(id)).errorCode());
            assertEquals(42, topic(version, byId(Uuid.ZERO)).errorCode());
        }
    }

    @Test
    void whatIsNamedTwiceIsAnsweredOnce() {
        house.replica.topic("t", 1);
        assertEquals(List.of("t", "u"), names(topics(NEWEST, named("t"), named("u"), named("t"), named("u"))));
    }

    @Test
    void aMissingTopicIsCreatedWhereClientAndBrokerAllowIt() {
        for (int version = 0; version <= NEWEST; version++) {
            String name = "new-" + version;
            MetadataRequest.Builder request =
                    MetadataRequest.builder().topics(List.of(named(name))).allowAutoTopicCreation(true);
            assertEquals(3, ask(version, request).topics().get(0).errorCode(), "the first answer does not know it yet");
            await(house.replica.cluster.when(view -> view.topic(name).isPresent()));
            house.replica.caughtUp();
            assertEquals(0, ask(version, request).topics().get(0).errorCode());
            assertEquals(
                    1, house.replica.cluster.view().topic(name).orElseThrow().partitionCount());
        }
        assertEquals(3, topic(4, named("not-wanted")).errorCode());
        house.replica.caughtUp();
        assertTrue(house.replica.cluster.view().topic("not-wanted").isEmpty());
    }

    @Test
    void aBrokerThatDoesNotCreateTellsThatItIsMissing() {
        house.close();
        house = new BrokerHouse(directory, Map.of("auto.create.topics.enable", "false"));
        assertEquals(3, topic(1, named("new")).errorCode());
        house.replica.caughtUp();
        assertTrue(house.replica.cluster.view().topic("new").isEmpty());
    }

    @Test
    void namesThatCannotBeAreToldAndNeverCreated() {
        for (String name : new String[] {"", ".", "..", "a b", "ä", "x".repeat(250)}) {
            MetadataResponse.Topic topic = topic(1, named(name));
            assertEquals(17, topic.errorCode(), name);
            assertEquals(name, topic.name());
        }
        house.replica.topic("a.b", 1);
        assertEquals(17, topic(1, named("a_b")).errorCode());
        house.replica.caughtUp();
        assertEquals(1, house.replica.cluster.view().topics().size());
    }

    @Test
    void theBrokersOwnTopicsAreMadeAsTheBrokerWantsThemOrNotAtAll() {
        assertEquals(3, topic(1, named("__transaction_state")).errorCode());
        assertEquals(3, topic(1, named("__share_group_state")).errorCode());
        assertEquals(3, topic(1, named("__consumer_offsets")).errorCode());
        await(house.replica.cluster.when(
                view -> view.topic("__consumer_offsets").isPresent()));
        house.replica.caughtUp();
        assertEquals(
                List.of("__consumer_offsets"),
                List.copyOf(house.replica.cluster.view().topicNames()));
        assertEquals(
                50,
                house.replica
                        .cluster
                        .view()
                        .topic("__consumer_offsets")
                        .orElseThrow()
                        .partitionCount());
    }

    @Test
    void aDeadLeaderIsNoLeaderAndVersion0LeavesDeadReplicasOut() {
        topicOn("t", List.of(2, 3)); // where this broker claims nothing
        for (int version = 0; version <= NEWEST; version++) {
            MetadataResponse.Topic.Partition partition =
                    topic(version, named("t")).partitions().get(0);
            assertEquals(5, partition.errorCode());
            assertEquals(-1, partition.leaderId());
            assertEquals(version == 0 ? List.of() : List.of(2, 3), partition.replicaNodes());
            assertEquals(version < 5 ? List.of() : List.of(2, 3), partition.offlineReplicas());
        }
    }

    @Test
    void aDeadFollowerIsAnErrorAtVersion0Only() {
        topicOn("t", List.of(1, 2));
        for (int version = 0; version <= NEWEST; version++) {
            MetadataResponse.Topic.Partition partition =
                    topic(version, named("t")).partitions().get(0);
            assertEquals(version == 0 ? 9 : 0, partition.errorCode());
            assertEquals(version == 0 ? List.of(1) : List.of(1, 2), partition.replicaNodes());
            assertEquals(1, partition.leaderId());
        }
    }

    @Test
    void aLeaderWithoutTheClientsListenerIsToldSo() {
        broker2("INSIDE");
        topicOn("t", List.of(2));
        for (int version = 0; version <= NEWEST; version++) {
            MetadataResponse response = ask(
                    version,
                    MetadataRequest.builder().topics(List.of(named("t"))).allowAutoTopicCreation(true));
            MetadataResponse.Topic.Partition partition =
                    response.topics().get(0).partitions().get(0);
            assertEquals(version < 6 ? 5 : 72, partition.errorCode());
            assertEquals(-1, partition.leaderId());
            assertEquals(1, response.brokers().size());
        }
    }

    @Test
    void otherBrokersAreToldAsTheyRegistered() {
        broker2(BrokerHouse.LISTENER);
        topicOn("t", List.of(2));
        MetadataResponse response = ask(NEWEST, MetadataRequest.builder().topics(List.of(named("t"))));
        assertEquals(
                List.of(1, 2), response.brokers().stream().map(b -> b.nodeId()).toList());
        assertEquals("two.example", response.brokers().get(1).host());
        assertEquals("rack-b", response.brokers().get(1).rack());
        assertEquals(2, response.topics().get(0).partitions().get(0).leaderId());
    }

    @Test
    void aPartitionWithoutStateHasNoLeader() {
        house.replica.topic("t", 1);
        house.replica.cluster.tamper(edit ->
                edit.putState(new TopicPartition("t", 0), Optional.of(new PartitionState(-1, 8, List.of(2), 0, 1))));
        house.replica.caughtUp();
        MetadataResponse.Topic.Partition partition =
                topic(NEWEST, named("t")).partitions().get(0);
        assertEquals(5, partition.errorCode());
        assertEquals(8, partition.leaderEpoch());
    }

    @Test
    void rightsAreToldToWhoAsks() {
        house.replica.topic("t", 1);
        MetadataRequest.Builder asks =
                MetadataRequest.builder().topics(List.of(named("t"))).includeTopicAuthorizedOperations(true);
        for (int version = 8; version <= NEWEST; version++) {
            MetadataResponse response = ask(version, asks.includeClusterAuthorizedOperations(version <= 10));
            assertTrue(response.topics().get(0).topicAuthorizedOperations() > 0);
            assertEquals(version <= 10, response.clusterAuthorizedOperations() > 0);
        }
        assertEquals(Integer.MIN_VALUE, topic(8, named("t")).topicAuthorizedOperations());
    }
}
