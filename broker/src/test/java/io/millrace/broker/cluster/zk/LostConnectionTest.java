package io.millrace.broker.cluster.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.cluster.NewTopic;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.PartitionWrite;
import io.millrace.broker.cluster.TopicState;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sessions that expire, and a ZooKeeper that goes away and comes back. */
@Timeout(60)
class LostConnectionTest {
    private ZkFixture zk;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        zk = new ZkFixture(directory);
    }

    @AfterEach
    void stop() throws Exception {
        zk.close();
    }

    @Test
    void afterItsSessionExpiredABrokerIsThereAgainAndKnowsWhatItMissed() throws Exception {
        ZkClusterStore store = zk.store(1);
        ZkClusterStore other = zk.store(2);
        NewTopic kept = ZkFixture.topic("kept", 2);
        NewTopic deleted = ZkFixture.topic("deleted", 2);
        ZkFixture.get(other.createTopic(kept));
        ZkFixture.get(other.createTopic(deleted));
        BrokerRegistration first = ZkFixture.get(store.register(ZkFixture.broker(1, 19092)));
        ZooKeeper client = zk.client();
        for (int life = 0; life < 2; life++) {
            long session = client.exists("/brokers/ids/1", false).getEphemeralOwner();

            zk.server().expire(session);
            ZkFixture.get(other.createTopic(ZkFixture.topic("new" + life, 3)));

            ZkFixture.get(other.when(view -> view.broker(1)
                    .filter(broker -> broker.epoch() > first.epoch())
                    .isPresent()));
            String expected = "new" + life;
            ZkFixture.get(store.when(view -> view.topic(expected).isPresent()
                    && view.broker(1)
                            .filter(broker -> broker.epoch() > first.epoch())
                            .isPresent()));
        }
        ZkFixture.get(other.deleteTopic("deleted", deleted.id())); // seen by the watches of the new session
        ZkFixture.get(store.when(view -> view.topic("deleted").isEmpty()));
        assertTrue(store.view().topic(kept.id()).map(TopicState::isLed).orElseThrow());
    }

    @Test
    void whatABrokerChangedAboutItselfOutlivesItsSession() throws Exception {
        ZkClusterStore store = zk.store(1);
        ZkClusterStore other = zk.store(2);
        BrokerRegistration wanted = ZkFixture.broker(1, 19092).withRecovering(true);
        BrokerRegistration first = ZkFixture.get(store.register(wanted));
        ZkFixture.get(store.update(wanted.withRecovering(false)));
        ZooKeeper client = zk.client();
        zk.server().expire(client.exists("/brokers/ids/1", false).getEphemeralOwner());
        var again = store.update(wanted); // while the session is ending
        ZkFixture.get(other.when(view -> view.broker(1)
                .filter(broker -> broker.epoch() > first.epoch() && broker.recovering())
                .isPresent()));
        ZkFixture.get(again);
    }

    @Test
    void whileZooKeeperIsAwayTheViewStaysAndAfterwardsItCatchesUp() throws Exception {
        ZkClusterStore store = zk.store(1);
        ZkFixture.get(store.register(ZkFixture.broker(1, 19092)));
        NewTopic topic = ZkFixture.topic("orders", 3);
        ZkFixture.get(store.createTopic(topic));
        ClusterView before = store.view();

        zk.stop();
        TopicPartition partition = new TopicPartition("orders", 1);
        var write = store.compareAndSet(
                topic.id(), partition, 0, new PartitionState(1, 1, List.of(1), PartitionState.RECOVERED, 0));
        assertSame(before, store.view());
        zk.restart();
        // Done by nobody who could tell the store, which learns it by reading everything anew.
        ZooKeeper client = zk.client();
        ZkFixture.set(client, "/config/topics/orders", "{\"version\":1,\"config\":{\"a\":\"b\"}}");

        assertInstanceOf(PartitionWrite.Written.class, ZkFixture.get(write));
        ZkFixture.get(
                store.when(view -> view.config(new ConfigScope.Topic("orders")).equals(Map.of("a", "b"))));
        ZkFixture.get(store.when(view -> view.broker(1).isPresent()));
        assertEquals(1, store.view().partition(partition).orElseThrow().leaderEpoch());
        ZkFixture.get(store.createTopic(ZkFixture.topic("later", 1)));
    }

    @Test
    void aWriteThatCannotReachZooKeeperForASessionsTimeFails() throws Exception {
        ZkClusterStore store = zk.store(1, new ZkConfig(zk.server().connectString(), 1000, 4000, 0));
        zk.stop();
        ExecutionException failed = assertThrows(
                ExecutionException.class, () -> ZkFixture.get(store.createTopic(ZkFixture.topic("orders", 1))));
        ApiException reason = assertInstanceOf(ApiException.class, failed.getCause());
        assertEquals(ErrorCode.REQUEST_TIMED_OUT, reason.error());
        zk.restart();
    }

    @Test
    void aStoreThatClosesFailsWhatIsStillOpen() throws Exception {
        ZkClusterStore store = zk.store(1);
        zk.stop();
        var creating = store.createTopic(ZkFixture.topic("orders", 1));
        var waiting = store.when(view -> view.topic("orders").isPresent());
        store.close();
        for (CompletionStage<?> open : List.of(creating, waiting, store.allocateProducerIds())) {
            ExecutionException failed = assertThrows(ExecutionException.class, () -> ZkFixture.get(open));
            assertInstanceOf(ApiException.class, failed.getCause());
        }
        zk.restart();
    }
}
