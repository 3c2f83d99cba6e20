package io.millrace.broker.cluster.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.cluster.TopicState;
import io.millrace.broker.cluster.zk.Ensemble.Member;
import io.millrace.protocol.TopicPartition;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three ZooKeeper servers in one process, and what brokers see when they come and go. */
@Timeout(120)
class EnsembleMemberTest {
    private EnsembleFixture zk;

    @BeforeEach
    void prepare(@TempDir Path directory) throws IOException {
        zk = new EnsembleFixture(directory);
    }

    @AfterEach
    void stop() throws IOException {
        zk.close();
    }

    @Test
    void aBrokerWaitsForAnEnsembleThatIsNotUpYet() throws Exception {
        EnsembleMember first = zk.start(1);
        CompletableFuture<ZkClusterStore> opening = CompletableFuture.supplyAsync(() -> {
            try {
                return zk.store(1);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        assertFalse(first.isServing());
        assertFalse(opening.isDone());
        zk.start(2);
        first.serving().get(30, TimeUnit.SECONDS);
        ZkClusterStore store = opening.get(30, TimeUnit.SECONDS);
        ZkFixture.get(store.createTopic(ZkFixture.topic("orders", 1)));
    }

    @Test
    void whicheverMemberIsLostTheOthersGoOnAndItFindsBack() throws Exception {
        zk.startAll();
        ZkClusterStore store = zk.store(1);
        ZkClusterStore other = zk.store(2);
        BrokerRegistration registered = ZkFixture.get(store.register(ZkFixture.broker(1, 19092)));
        Queue<ClusterView> views = new ConcurrentLinkedQueue<>();
        other.subscribe(change -> views.add(change.after()));
        for (Member lost : zk.ensemble.members()) {
            zk.stop(lost.id());
            String topic = "without-" + lost.id();
            ZkFixture.get(store.createTopic(ZkFixture.topic(topic, 3)));
            ZkFixture.get(other.when(
                    view -> view.topic(topic).filter(TopicState::isLed).isPresent()));
            zk.start(lost.id()).serving().get(30, TimeUnit.SECONDS);
        }
        assertEquals(registered, other.view().broker(1).orElseThrow(), "its session lasted");
        int topics = 0;
        for (ClusterView view : views) {
            assertTrue(view.topics().size() >= topics, "a view went back");
            topics = view.topics().size();
        }
        assertEquals(3, topics);
    }

    @Test
    void whenItsLeaderIsLostTheEnsembleTakesWritesAgainSoon() throws Exception {
        zk.startAll();
        // A write is given up after a session's time, and an election that fails costs 10 s on its way.
        ZkClusterStore store = zk.store(1, zk.config(30_000));
        ZkClusterStore other = zk.store(2, zk.config(30_000));
        var topic = ZkFixture.topic("orders", 1);
        ZkFixture.get(store.createTopic(topic));
        List<Long> tookMs = new ArrayList<>();
        for (int version = 0; version < 6; version++) {
            int leader = IntStream.rangeClosed(1, 3)
                    .filter(id -> zk.member(id).isLeading())
                    .findFirst()
                    .orElseThrow();
            long start = System.nanoTime();
            zk.stop(leader);
            var next = new PartitionState(1, version + 1, List.of(1), PartitionState.RECOVERED, 0);
            ZkClusterStore writer = version % 2 == 0 ? store : other;
            ZkFixture.get(writer.compareAndSet(topic.id(), new TopicPartition("orders", 0), version, next));
            tookMs.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
            zk.start(leader).serving().get(30, TimeUnit.SECONDS);
        }
        System.out.println("ms from the loss of the ensemble's leader to a write: " + tookMs);
    }

    @Test
    void withoutAMajorityNothingChangesAndAfterwardsAllIsWell() throws Exception {
        zk.startAll();
        ZkClusterStore store = zk.store(1);
        ZkFixture.get(store.register(ZkFixture.broker(1, 19092)));
        ZkFixture.get(store.createTopic(ZkFixture.topic("orders", 2)));
        ClusterView before = store.view();
        zk.stop(1);
        zk.stop(3);
        var creating = store.createTopic(ZkFixture.topic("later", 1));
        assertEquals(before.topics().size(), store.view().topics().size());
        zk.start(3);
        ZkFixture.get(creating);
        ZkFixture.get(store.when(view -> view.broker(1).isPresent()));
        assertEquals(2, store.view().topics().size());
    }

    @Test
    void everythingOutlivesAFullStop() throws Exception {
        zk.startAll();
        ZkClusterStore store = zk.store(1);
        String cluster = store.view().clusterId();
        ZkFixture.get(store.createTopic(ZkFixture.topic("orders", 2)));
        store.close();
        for (int id = 1; id <= 3; id++) {
            zk.stop(id);
        }
        zk.startAll();
        ZkClusterStore again = zk.store(1);
        assertEquals(cluster, again.view().clusterId());
        assertTrue(again.view().topic("orders").orElseThrow().isLed());
    }

    @Test
    void aMemberThatLostItsDataFetchesThemFromTheOthers() throws Exception {
        zk.startAll();
        ZkClusterStore store = zk.store(1);
        ZkFixture.get(store.createTopic(ZkFixture.topic("orders", 2)));
        zk.stop(2);
        try (var files = Files.walk(zk.directory(2))) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
        zk.start(2).serving().get(30, TimeUnit.SECONDS);
        zk.stop(1); // so that the data of 2 count
        ZkFixture.get(store.createTopic(ZkFixture.topic("later", 1)));
        assertTrue(store.view().topic("orders").isPresent());
    }

    @Test
    void aTakenPortIsToldInOneLine() throws Exception {
        Member member = zk.ensemble.members().get(0);
        for (int port : List.of(member.clientPort(), member.peerPort(), member.electionPort())) {
            try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                IOException refused = assertThrows(IOException.class, () -> zk.start(1));
                assertTrue(refused.getMessage().contains("127.0.0.1:" + taken.getLocalPort()), refused.getMessage());
                assertFalse(refused.getMessage().contains("\n"));
            }
        }
        zk.start(1); // nothing is held by the failed attempts
    }

    @Test
    void dataOfOneKindAreNotTakenForTheOther() throws Exception {
        zk.start(1);
        zk.stop(1);
        IOException refused =
                assertThrows(IOException.class, () -> EmbeddedZooKeeper.start(zk.directory(1), "127.0.0.1", 0));
        assertTrue(refused.getMessage().contains("zookeeper.embedded.ensemble"), refused.getMessage());
        Files.move(zk.directory(1), zk.directory(2));
        refused = assertThrows(IOException.class, () -> zk.start(2));
        assertTrue(refused.getMessage().contains("member 1"), refused.getMessage());
    }

    @Test
    void aServerThatRanAloneGrowsIntoAnEnsembleOnceItsDataAreEverywhere(@TempDir Path alone) throws Exception {
        String cluster;
        try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(alone, "127.0.0.1", 0);
                ZkClusterStore store = ZkClusterStore.open(
                        new ZkConfig(server.connectString(), 6000, 6000, 0), 1, Clock.systemUTC())) {
            cluster = store.view().clusterId();
            ZkFixture.get(store.createTopic(ZkFixture.topic("orders", 2)));
        }
        for (int id = 1; id <= 3; id++) {
            copy(alone, zk.directory(id));
        }
        IOException refused = assertThrows(IOException.class, () -> zk.start(1));
        assertTrue(refused.getMessage().contains("ran alone"), refused.getMessage());
        for (int id = 1; id <= 3; id++) {
            Files.createFile(zk.directory(id).resolve("ensemble"));
        }
        zk.startAll();
        ZkClusterStore store = zk.store(1);
        assertEquals(cluster, store.view().clusterId());
        assertTrue(store.view().topic("orders").orElseThrow().isLed());
    }

    @Test
    void aMemberThatWaitsForOthersEndsSoon() throws Exception {
        zk.start(1);
        long start = System.nanoTime();
        zk.stop(1);
        assertTrue(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start) < 10);
    }

    @Test
    void afterItsSessionExpiredABrokerIsThereAgainWithinTenSeconds() throws Exception {
        zk.startAll();
        ZkClusterStore store = zk.store(1, zk.config(2000));
        ZkClusterStore other = zk.store(2);
        long epoch = ZkFixture.get(store.register(ZkFixture.broker(1, 19092))).epoch();
        var topic = ZkFixture.topic("orders", 1);
        ZkFixture.get(other.createTopic(topic));
        for (int id = 1; id <= 3; id++) {
            zk.member(id).expire(ZkFixture.get(store.session()));
        }
        var state = new PartitionState(1, 1, List.of(1), PartitionState.RECOVERED, 0);
        ZkFixture.get(other.compareAndSet(topic.id(), new TopicPartition("orders", 0), 0, state));
        long start = System.nanoTime();
        ZkFixture.get(other.when(
                view -> view.broker(1).filter(broker -> broker.epoch() > epoch).isPresent()));
        assertTrue(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start) < 10);
        ZkFixture.get(store.when(view -> view.topic("orders").isPresent()
                && view.topic("orders").orElseThrow().state(0).orElseThrow().leaderEpoch() == 1));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
