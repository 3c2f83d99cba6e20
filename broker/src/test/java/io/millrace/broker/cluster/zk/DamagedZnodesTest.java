package io.millrace.broker.cluster.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.cluster.NewTopic;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.PartitionWrite;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Znodes that are damaged, incomplete, left over, or made by the tools of others. */
@Timeout(60)
class DamagedZnodesTest {
    private ZkFixture zk;
    private ZkClusterStore store;
    private ZooKeeper client;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        zk = new ZkFixture(directory);
        store = zk.store(1);
        client = zk.client();
    }

    @AfterEach
    void stop() throws Exception {
        zk.close();
    }

    @Test
    void aDamagedValueIsIgnoredTheRestIsSeenAndAMendedOneCounts() throws Exception {
        NewTopic orders = ZkFixture.topic("orders", 2);
        ZkFixture.get(store.createTopic(orders));
        String good = ZkFixture.read(client, "/brokers/topics/orders/partitions/0/state");

        ZkFixture.set(client, "/brokers/topics/orders", "{\"version\":3}");
        ZkFixture.set(client, "/brokers/topics/orders/partitions/0/state", "no JSON");
        ZkFixture.create(client, "/brokers/topics/broken", "[1,2", CreateMode.PERSISTENT);
        ZkFixture.create(client, "/brokers/topics/newer", "{\"version\":9}", CreateMode.PERSISTENT);
        ZkFixture.create(client, "/brokers/ids/9", "", CreateMode.EPHEMERAL);
        ZkFixture.create(client, "/config/brokers/9", "{\"version\":1}", CreateMode.PERSISTENT);
        ZkFixture.get(store.createTopic(ZkFixture.topic("other", 1)));

        assertTrue(store.view().topic("broken").isEmpty());
        assertTrue(store.view().topic("newer").isEmpty());
        assertTrue(store.view().broker(9).isEmpty());
        assertEquals(Map.of(), store.view().config(new ConfigScope.Broker(9)));
        TopicState seen = store.view().topic("orders").orElseThrow(); // as last known
        assertEquals(2, seen.partitionCount());
        assertTrue(seen.isLed());

        ZkClusterStore fresh = zk.store(2); // knows no better value
        assertTrue(fresh.view().topic("orders").isEmpty());
        assertTrue(fresh.view().topic("other").isPresent());

        ZkFixture.set(client, "/brokers/topics/orders/partitions/0/state", good);
        ZkFixture.set(
                client,
                "/brokers/topics/orders",
                "{\"version\":3,\"topic_id\":\"" + orders.id() + "\",\"partitions\":{\"0\":[1],\"1\":[1]}}");
        ZkFixture.get(fresh.when(
                view -> view.topic("orders").filter(TopicState::isLed).isPresent()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no JSON",
                "[]",
                "{}",
                "{\"version\":1}",
                "{\"version\":99,\"config\":{},\"partitions\":{\"0\":[1]}}",
                "{\"version\":1,\"leader\":7,\"leader_epoch\":1,\"isr\":[1]}",
                "{\"version\":1,\"leader\":-1,\"leader_epoch\":1,\"isr\":[-1]}",
                "{\"version\":1,\"config\":{\"a\":1}}",
                "{\"version\":3,\"topic_id\":\"AAAAAAAAAAEAAAAAAAAAAg\",\"partitions\":{\"0\":[-3]}}",
                "{\"version\":5,\"endpoints\":[\"nonsense\"]}",
            })
    void whateverAZnodeHoldsTheRestIsUnharmed(String value) throws Exception {
        ZkFixture.get(store.register(ZkFixture.broker(1, 19092)));
        NewTopic orders = ZkFixture.topic("orders", 1);
        ZkFixture.get(store.createTopic(orders));
        ZkFixture.get(store.changeConfig(new ConfigScope.Broker(1), config -> Map.of("a", "b")));
        ZkFixture.create(client, "/brokers/ids/9", value, CreateMode.EPHEMERAL);
        ZkFixture.create(client, "/brokers/topics/broken", value, CreateMode.PERSISTENT);
        ZkFixture.set(client, "/brokers/topics/orders/partitions/0/state", value);
        ZkFixture.set(client, "/config/brokers/1", value);
        ZkFixture.get(store.createTopic(ZkFixture.topic("later", 2)));

        ClusterView view = store.view();
        assertEquals(Set.of(1), view.brokers().keySet());
        assertEquals(Set.of("orders", "later"), Set.copyOf(view.topicNames()));
        assertEquals(Set.of("broken"), view.unreadableTopics());
        assertEquals(
                Optional.of(1), view.partition(new TopicPartition("orders", 0)).map(PartitionState::leader));
        ClusterView fresh = zk.store(2).view();
        assertEquals(Set.of(1), fresh.brokers().keySet());
        assertEquals(Set.of("broken"), fresh.unreadableTopics());
        assertEquals(Optional.empty(), fresh.partition(new TopicPartition("orders", 0)));
        var next = new PartitionState(1, 9, List.of(1), PartitionState.RECOVERED, 0);
        assertEquals(
                new PartitionWrite.Conflict(Optional.empty()),
                ZkFixture.get(store.compareAndSet(orders.id(), new TopicPartition("orders", 0), 0, next)),
                "what cannot be understood is not replaced");
    }

    @Test
    void aTopicThatCannotBeReadIsKnownToExistUntilItIsMendedOrGone() throws Exception {
        ZkFixture.create(client, "/brokers/topics/a", "no JSON", CreateMode.PERSISTENT);
        ZkFixture.create(client, "/brokers/topics/b", "no JSON", CreateMode.PERSISTENT);
        ZkFixture.get(store.when(view -> view.unreadableTopics().equals(Set.of("a", "b"))));
        client.delete("/brokers/topics/b", -1);
        ZkFixture.set(
                client,
                "/brokers/topics/a",
                "{\"version\":3,\"topic_id\":\"" + Uuid.random() + "\",\"partitions\":{\"0\":[99]}}");
        ClusterView view = ZkFixture.get(store.when(v -> v.unreadableTopics().isEmpty()));
        assertEquals(List.of(99), view.topic("a").orElseThrow().replicas(0), "a broker that nobody knows");
        assertTrue(view.topic("b").isEmpty());
    }

    @Test
    void settingsThatANewerVersionWroteAreNotReplaced() throws Exception {
        ConfigScope scope = new ConfigScope.Broker(1);
        ZkFixture.create(client, "/config/brokers/1", "{\"version\":2,\"more\":1}", CreateMode.PERSISTENT);
        ExecutionException failed = assertThrows(
                ExecutionException.class, () -> ZkFixture.get(store.changeConfig(scope, config -> Map.of("a", "b"))));
        assertInstanceOf(ApiException.class, failed.getCause());
        assertTrue(
                failed.getCause().getMessage().contains("version 2"),
                failed.getCause().getMessage());
        assertEquals("{\"version\":2,\"more\":1}", ZkFixture.read(client, "/config/brokers/1"));
        ZkFixture.set(client, "/config/brokers/1", "no JSON");
        ZkFixture.get(store.changeConfig(scope, config -> Map.of("a", "b")));
        assertEquals(Map.of("a", "b"), store.view().config(scope));
    }

    @Test
    void aClusterIdThatCannotBeReadIsToldInOneLine() throws Exception {
        ZkFixture.set(client, "/cluster/id", "no JSON");
        IOException refused = assertThrows(IOException.class, () -> zk.store(2));
        assertTrue(refused.getMessage().contains("/cluster/id is not JSON"), refused.getMessage());
        assertFalse(refused.getMessage().contains("\n"));
    }

    @Test
    void producerIdsAreNotGuessedAfterADamagedValue() throws Exception {
        ZkFixture.get(store.allocateProducerIds());
        ZkFixture.set(client, "/latest_producer_id_block", "no JSON");
        ExecutionException failed =
                assertThrows(ExecutionException.class, () -> ZkFixture.get(store.allocateProducerIds()));
        assertInstanceOf(ApiException.class, failed.getCause());
    }

    @Test
    void aTopicMadeByAnotherToolIsLedGrownAndDeletedLikeOurOwn() throws Exception {
        Uuid id = Uuid.random();
        ZkFixture.create(
                client,
                "/brokers/topics/foreign",
                "{\"version\":3,\"topic_id\":\"" + id + "\",\"partitions\":{\"0\":[1],\"1\":[1]}}",
                CreateMode.PERSISTENT);
        ZkFixture.get(store.when(view -> view.topic(id).isPresent()));
        assertEquals(
                Optional.empty(),
                store.view().topic(id).orElseThrow().state(0),
                "nobody has written a state of the partition");
        ZkFixture.create(client, "/brokers/topics/foreign/partitions", "", CreateMode.PERSISTENT);

        TopicPartition first = new TopicPartition("foreign", 0);
        PartitionState initial = PartitionState.initial(List.of(1));
        assertEquals(
                new PartitionWrite.Written(initial.withVersion(0)),
                ZkFixture.get(store.compareAndSet(id, first, PartitionState.UNWRITTEN, initial)));
        assertEquals(
                new PartitionWrite.Conflict(Optional.of(initial.withVersion(0))),
                ZkFixture.get(store.compareAndSet(id, first, PartitionState.UNWRITTEN, initial)));
        ZkFixture.get(store.addPartitions(store.view().topic(id).orElseThrow(), List.of(List.of(1))));
        assertEquals(3, store.view().topic(id).orElseThrow().partitionCount());
        ZkFixture.get(store.deleteTopic("foreign", id));
        assertTrue(client.exists("/brokers/topics/foreign", false) == null);
    }

    @Test
    void aPartitionWhoseStateWasNeverWrittenGetsItFromItsFirstLeader() throws Exception {
        NewTopic topic = ZkFixture.topic("orders", 2);
        ZkFixture.get(store.createTopic(topic));
        client.delete("/brokers/topics/orders/partitions/1/state", -1);
        TopicPartition partition = new TopicPartition("orders", 1);
        ZkFixture.get(store.when(view -> view.partition(partition).isEmpty()));
        assertFalse(store.view().topic("orders").orElseThrow().isLed());

        PartitionState state = PartitionState.initial(List.of(1));
        assertInstanceOf(
                PartitionWrite.Written.class,
                ZkFixture.get(store.compareAndSet(topic.id(), partition, PartitionState.UNWRITTEN, state)));
        assertTrue(store.view().topic("orders").orElseThrow().isLed());
    }

    @Test
    void aConfigLeftBehindDoesNotStandInANewTopicsWay() throws Exception {
        ZkFixture.create(
                client, "/config/topics/orders", "{\"version\":1,\"config\":{\"old\":\"1\"}}", CreateMode.PERSISTENT);
        ZkFixture.get(store.createTopic(ZkFixture.topic("orders", 1)));
        assertEquals(Map.of(), store.view().config(new ConfigScope.Topic("orders")));
    }

    @Test
    void aTopicMarkedAsDeletedIsInNoViewAndTheNextBrokerFinishesItsDeletion() throws Exception {
        NewTopic topic = ZkFixture.topic("orders", 3);
        ZkFixture.get(store.createTopic(topic));
        ZkFixture.create(client, "/admin/delete_topics/orders", "", CreateMode.PERSISTENT);
        ZkFixture.get(store.when(view -> view.topic("orders").isEmpty()));
        client.delete("/brokers/topics/orders/partitions/1/state", -1); // somebody got that far, and died
        client.delete("/brokers/topics/orders/partitions/1", -1);

        ZkClusterStore next = zk.store(2);
        assertTrue(next.view().topic("orders").isEmpty());
        NewTopic again = ZkFixture.topic("orders", 1);
        while (ZkFixture.get(store.createTopic(again).handle((done, failure) -> failure)) != null) {
            Thread.onSpinWait(); // until what was begun is finished
        }
        assertEquals(again.id(), store.view().topic("orders").orElseThrow().id());
        assertTrue(client.exists("/admin/delete_topics/orders", false) == null);
    }

    @Test
    void aTopicThatSomebodyElseMarkedIsRememberedAsDeletedToo() throws Exception {
        NewTopic topic = ZkFixture.topic("orders", 3);
        ZkFixture.get(store.createTopic(topic));
        ZkFixture.create(client, "/admin/delete_topics/orders", "", CreateMode.PERSISTENT);
        zk.store(2); // whoever starts finishes it
        while (client.exists("/brokers/topics/orders", false) != null) {
            Thread.onSpinWait();
        }
        assertEquals(Set.of(topic.id()), ZkFixture.get(store.deletedTopics(Set.of(topic.id()))));
    }

    @Test
    void whereTheNotesOfDeletedTopicsHaveNoPlaceItIsMadeAgain() throws Exception {
        NewTopic topic = ZkFixture.topic("orders", 1);
        ZkFixture.get(store.createTopic(topic));
        client.delete("/millrace/deleted", -1);
        client.delete("/millrace", -1);
        ZkFixture.get(store.deleteTopic("orders", topic.id()));
        assertEquals(Set.of(topic.id()), ZkFixture.get(store.deletedTopics(Set.of(topic.id()))));
    }

    @Test
    void theOldestNotesOfDeletedTopicsGoOnceThereAreTooMany() throws Exception {
        List<Uuid> noted = new ArrayList<>();
        ZkFixture.create(client, "/millrace/deleted/nonsense", "", CreateMode.PERSISTENT); // and does no harm
        while (noted.size() < DeletedTopics.KEPT + DeletedTopics.SLACK) {
            List<Op> ops = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                Uuid id = Uuid.random();
                noted.add(id);
                ops.add(DeletedNode.create("t", id));
            }
            client.multi(ops);
        }
        NewTopic topic = ZkFixture.topic("orders", 1);
        ZkFixture.get(store.createTopic(topic));
        ZkFixture.get(store.deleteTopic("orders", topic.id()));

        while (client.getChildren("/millrace/deleted", false).size() > DeletedTopics.KEPT) {
            Thread.onSpinWait();
        }
        noted.add(topic.id());
        Set<Uuid> left = ZkFixture.get(store.deletedTopics(Set.copyOf(noted)));
        int forgotten = DeletedTopics.SLACK + 2; // one for the topic, one for the nonsense
        assertEquals(Set.copyOf(noted.subList(forgotten, noted.size())), left);
    }

    @Test
    void aMarkOfNoTopicIsTakenAwaySoThatItHidesNone() throws Exception {
        ZkFixture.create(client, "/admin/delete_topics/orders", "", CreateMode.PERSISTENT);
        while (client.exists("/admin/delete_topics/orders", false) != null) {
            Thread.onSpinWait();
        }
        ZkFixture.get(store.createTopic(ZkFixture.topic("orders", 1)));
        assertTrue(store.view().topic("orders").isPresent());
    }

    @Test
    void brokersThatFinishTheSameDeletionAllAtOnceLeaveTheNextTopicOfThatNameAlone() throws Exception {
        for (int i = 0; i < 20; i++) {
            NewTopic old = ZkFixture.topic("orders", 20);
            ZkFixture.get(store.createTopic(old));
            ZkFixture.create(client, "/admin/delete_topics/orders", "", CreateMode.PERSISTENT);
            List<CompletionStage<Void>> deletions = new ArrayList<>();
            for (int broker = 0; broker < 5; broker++) {
                deletions.add(store.deleteTopic("orders", old.id()));
            }
            NewTopic next = ZkFixture.topic("orders", 1);
            while (ZkFixture.get(store.createTopic(next).handle((done, failure) -> failure)) != null) {
                Thread.onSpinWait();
            }
            for (CompletionStage<Void> deletion : deletions) {
                ZkFixture.get(deletion.handle((done, failure) -> true)); // some find nothing left to do
            }
            assertEquals(next.id(), store.view().topic("orders").orElseThrow().id(), "in round " + i);
            assertTrue(client.exists("/brokers/topics/orders/partitions/0/state", false) != null);
            ZkFixture.get(store.deleteTopic("orders", next.id()));
        }
    }
}
