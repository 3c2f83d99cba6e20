package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Faults of an ensemble of three ZooKeeper servers, and of what is written in it. Run by bench/faults. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
final class ZooKeeperFaults {
    @TempDir
    private static Path directory;

    private static ClusterProcesses cluster;

    @BeforeAll
    static void start() {
        cluster = ClusterProcesses.start(directory, 3, 3);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static NumberedVerdict under(String fault, Consumer<NumberedLoad> faults) {
        return FaultRun.under(cluster, "ZooKeeperFaults", fault, faults);
    }

    @Test
    void aMinorityIsDown() {
        for (int n = 1; n <= 3; n++) { // one of them leads
            int server = n;
            under("ZooKeeper server " + n + " of 3 killed", load -> {
                cluster.zooKeeper().kill(server);
                load.awaitFlow();
                load.awaitAcks(1000);
                cluster.zooKeeper().launch(server);
                cluster.zooKeeper().awaitReady(server);
            });
        }
    }

    @Test
    void aMajorityIsDown() {
        int seconds = Integer.getInteger("faults.zookeeper.seconds", 15);
        NumberedVerdict verdict = under("ZooKeeper majority down for " + seconds + " s", load -> {
            cluster.zooKeeper().kill(1);
            cluster.zooKeeper().kill(2);
            load.awaitFlow();
            BrokerProcess newcomer = cluster.add(4, "zookeeper.connection.timeout.ms=5000");
            newcomer.launch();
            assertTrue(newcomer.process().awaitExit(ClusterProcesses.PATIENCE) != 0, "a new broker cannot join");
            cluster.remove(4);
            ProcessFaults.lapse(seconds);
            load.awaitFlow();
            cluster.zooKeeper().launch(1);
            cluster.zooKeeper().launch(2);
            cluster.zooKeeper().awaitReady(1);
            cluster.zooKeeper().awaitReady(2);
            cluster.awaitMembers(3);
            BrokerProcess now = cluster.add(4);
            now.restart();
            cluster.awaitMembers(4);
            assertEquals(0, now.stop());
            cluster.remove(4);
        });
        assertEquals(0, verdict.failed());
    }

    @Test
    void allServersAreKilledAndStartedAgain() {
        under("all of ZooKeeper killed and started again", load -> {
            for (int n = 1; n <= 3; n++) {
                cluster.zooKeeper().kill(n);
            }
            cluster.zooKeeper().start();
            cluster.awaitMembers(3);
            load.awaitFlow();
        });
    }

    @Test
    void aCorruptedStateLeavesAllElseUnharmed() throws Exception {
        cluster.createTopic("corrupted", 3);
        cluster.awaitFullSets("corrupted");
        ZooKeeper client = client();
        try {
            under("state of another topic's partitions overwritten", load -> {
                set(client, "/brokers/topics/corrupted/partitions/0/state", "not JSON");
                set(client, "/brokers/topics/corrupted/partitions/1/state", "{\"version\":1}");
                set(
                        client,
                        "/brokers/topics/corrupted/partitions/2/state",
                        "{\"controller_epoch\":1,\"leader\":77,\"version\":1,\"leader_epoch\":9,\"isr\":[77,78]}");
                load.awaitFlow();
                BrokerProcess one = cluster.broker(1);
                assertEquals(0, one.stop());
                load.awaitFlow();
                one.restart();
            });
        } finally {
            client.close();
        }
    }

    @Test
    void aBrokerOfAnotherClusterOrWithATakenIdIsRefused() throws IOException {
        under("wrong cluster id and duplicate id", load -> {
            BrokerProcess twin = cluster.add(5, "broker.id=1");
            twin.launch();
            assertRefused(twin, "1");
            cluster.remove(5);
            BrokerProcess stranger = cluster.add(6);
            try {
                Files.createDirectories(stranger.data());
                Files.writeString(
                        stranger.data().resolve("meta.properties"), "version=0\nbroker.id=6\ncluster.id=AnotherOne\n");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            stranger.launch();
            assertRefused(stranger, "AnotherOne");
            cluster.remove(6);
        });
    }

    private static void assertRefused(BrokerProcess broker, String word) {
        assertEquals(2, broker.process().awaitExit(ClusterProcesses.PATIENCE));
        List<String> lines = broker.process().err().stream()
                .filter(line -> !line.contains(" INFO ") && !line.contains(" WARN ")) // other tests leave bad znodes
                .toList();
        assertEquals(1, lines.size(), lines::toString);
        assertTrue(lines.get(0).contains(word), lines::toString);
        System.out.println("ZooKeeperFaults: refused: " + lines.get(0));
    }

    private static ZooKeeper client() throws IOException, InterruptedException {
        CountDownLatch connected = new CountDownLatch(1);
        ZooKeeper client = new ZooKeeper(cluster.zooKeeper().connectString(), 10_000, event -> {
            if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                connected.countDown();
            }
        });
        assertTrue(connected.await(30, TimeUnit.SECONDS));
        return client;
    }

    private static void set(ZooKeeper client, String path, String value) {
        try {
            client.setData(path, value.getBytes(StandardCharsets.UTF_8), -1);
        } catch (KeeperException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
