package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What producers that wait for all replicas, and a group of consumers, see of the faults that happen most: a broker that
 * is killed, that is replaced, that pauses; all of them at once. The other faults are in the classes named Faults.
 */
@Timeout(240)
final class ClusterIT {
    @TempDir
    private static Path directory;

    private static ClusterProcesses cluster;

    @BeforeAll
    static void start() {
        cluster = ClusterProcesses.start(directory, 3, 1);
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static NumberedVerdict under(String fault, Consumer<NumberedLoad> faults) {
        return FaultRun.under(cluster, "ClusterIT", fault, faults);
    }

    @Test
    void aKilledLeaderCostsNothingThatWasAcknowledged() {
        under("leader killed", load -> {
            int leader = cluster.leader(load.topic(), 0);
            cluster.broker(leader).kill();
            load.awaitFlow();
            cluster.broker(leader).restart();
        });
    }

    @Test
    void aRollingRestartIsSeenByNoClient() {
        NumberedVerdict verdict = under("rolling restart", load -> {
            for (BrokerProcess broker : cluster.brokers()) {
                assertEquals(0, broker.stop());
                load.awaitFlow();
                broker.restart();
                cluster.awaitFullSets(load.topic());
            }
        });
        assertEquals(0, verdict.failed());
    }

    @Test
    void oneIsKilledAndReturnsAndThenAnother() {
        under("A killed, back, then B killed", load -> {
            int a = cluster.leader(load.topic(), 0);
            int b = a % 3 + 1;
            cluster.broker(a).kill();
            load.awaitFlow();
            cluster.broker(a).restart();
            cluster.awaitFullSets(load.topic());
            load.awaitFlow();
            cluster.broker(b).kill();
            load.awaitFlow();
            cluster.broker(b).restart();
        });
    }

    @Test
    void allKilledAtOnceComeBackWithEverything() {
        under("all killed at once", load -> {
            cluster.killAll();
            cluster.restartAll();
        });
    }

    @Test
    void aBrokerThatPausedPastItsSessionAcknowledgesNothingAfterwards() {
        under("leader paused past its session", load -> {
            int zombie = cluster.leader(load.topic(), 0);
            cluster.broker(zombie).process().signal("STOP");
            cluster.awaitMembers(2);
            load.awaitFlow(); // others lead all of its partitions
            cluster.broker(zombie).process().signal("CONT");
            cluster.awaitMembers(3);
        });
    }
}
