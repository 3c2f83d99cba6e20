package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Brokers cut off from one another and from ZooKeeper, each with a network namespace of its own. Run by bench/faults. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
final class NetworkFaults {
    private static final int SETTLE_SECONDS = 8; // past a session, the lag time, and a client's timeout
    private static final int LOOK_SECONDS = 7;

    @TempDir
    private static Path directory;

    private static Namespaces network;
    private static ClusterProcesses cluster;

    @BeforeAll
    static void start() {
        network = new Namespaces();
        cluster = ClusterProcesses.start(directory, network, 3, 1);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
        if (network != null) {
            network.close();
        }
    }

    /**
     * Cuts what is to be cut around the leader of partition 0, waits, heals; clients reach all brokers all the time.
     * Meanwhile all partitions must take records.
     */
    private static void cut(String what, Consumer<Integer> cuts) {
        FaultRun.under(cluster, "NetworkFaults", what, load -> {
            int leader = cluster.leader(load.topic(), 0);
            cuts.accept(leader);
            ProcessFaults.lapse(SETTLE_SECONDS);
            NumberedLedger.Mark mark = load.ledger().mark();
            ProcessFaults.lapse(LOOK_SECONDS);
            long acked = load.ledger().acknowledgingSince(mark);
            System.out.printf(
                    "NetworkFaults: %s: of %d partitions %d acknowledge and %d deliver meanwhile%n",
                    what, NumberedLoad.PARTITIONS, acked, load.ledger().deliveringSince(mark));
            network.heal();
            assertEquals(NumberedLoad.PARTITIONS, acked, "partitions that take records while it is cut");
            cluster.awaitMembers(3);
        });
    }

    private static void fromPeers(int broker) {
        for (int peer = 1; peer <= 3; peer++) {
            if (peer != broker) {
                network.cut("b" + broker, "b" + peer);
            }
        }
    }

    @Test
    void aLeaderIsCutOffFromItsPeersButNotFromZooKeeper() {
        cut("leader cut off from its peers", NetworkFaults::fromPeers);
    }

    @Test
    void aLeaderIsCutOffFromZooKeeperButNotFromItsPeers() {
        cut("leader cut off from ZooKeeper", leader -> network.cut("b" + leader, "z1"));
    }

    @Test
    void aLeaderIsCutOffFromBoth() {
        cut("leader cut off from peers and ZooKeeper", leader -> {
            fromPeers(leader);
            network.cut("b" + leader, "z1");
        });
    }

    @Test
    void nothingReachesALeaderFromItsFollowers() {
        cut("one way: nothing reaches a leader from its peers", leader -> {
            for (int peer = 1; peer <= 3; peer++) {
                if (peer != leader) {
                    network.drop("b" + peer, "b" + leader);
                }
            }
        });
    }

    @Test
    void aLinkThatFlaps() {
        FaultRun.under(cluster, "NetworkFaults", "leader cut off from a peer, five times for 3 s", load -> {
            int leader = cluster.leader(load.topic(), 0);
            for (int round = 0; round < 5; round++) {
                network.cut("b" + leader, "b" + (leader % 3 + 1));
                ProcessFaults.lapse(3);
                network.heal();
                ProcessFaults.lapse(3);
            }
            load.awaitFlow();
        });
    }
}
