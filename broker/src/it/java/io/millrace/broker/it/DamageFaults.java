package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files of a stopped broker that are torn or have wrong bits: it starts, and the whole copies of others win. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
final class DamageFaults {
    private static final int ROUNDS = 3;
    private static final int FLIPS = 40;

    @TempDir
    private static Path directory;

    private static ClusterProcesses cluster;
    private static Random random;

    @BeforeAll
    static void start() {
        random = new Random(Seed.forTest("DamageFaults"));
        cluster = ClusterProcesses.start(
                directory,
                3,
                1,
                "log.segment.bytes=8192",
                "log.index.interval.bytes=1024",
                "log.flush.offset.checkpoint.interval.ms=1000",
                "log.flush.interval.ms=1000",
                "log.scrub.interval.ms=500",
                "log.scrub.bytes.per.second=100000000");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static NumberedVerdict under(String fault, Consumer<NumberedLoad> faults) {
        return FaultRun.under(cluster, "DamageFaults", fault, faults);
    }

    private static DamagedFiles files(BrokerProcess broker) {
        return new DamagedFiles(broker.data(), random);
    }

    /** Ends it in order or not: either must do. */
    private static void end(BrokerProcess broker) {
        if (random.nextBoolean()) {
            broker.kill();
        } else {
            assertEquals(0, broker.stop());
        }
    }

    @Test
    void tornTails() {
        under("the ends of all segments torn, " + ROUNDS + " times", load -> {
            for (int round = 0; round < ROUNDS; round++) {
                load.awaitAcks(1000);
                BrokerProcess broker = cluster.broker(cluster.leader(load.topic(), round));
                end(broker);
                files(broker).tearTails(load.topic());
                broker.restart();
                cluster.awaitFullSets(load.topic());
            }
        });
    }

    @Test
    void flippedBitsInTheMiddle() {
        under("a bit flipped in a closed segment of each partition", load -> {
            load.awaitAcks(4000);
            BrokerProcess broker = cluster.broker(cluster.leader(load.topic(), 0));
            end(broker);
            int flipped = files(broker).flipInClosedSegments(load.topic());
            broker.restart();
            assertTrue(flipped > 0);
            awaitRepaired(broker);
            System.out.printf("DamageFaults: %d flipped, %d times offsets are whole again%n", flipped, repairs(broker));
            cluster.awaitFullSets(load.topic());
            for (int id = 1; id <= 3; id++) {
                if (cluster.broker(id) != broker) {
                    cluster.broker(id).kill(); // what was damaged has to lead
                    load.awaitFlow();
                    cluster.broker(id).restart();
                    cluster.awaitFullSets(load.topic());
                }
            }
        });
    }

    /** Everything that was found since its start is mended, and something was. */
    private static void awaitRepaired(BrokerProcess broker) {
        Awaitility.await("repairs")
                .atMost(ClusterProcesses.PATIENCE)
                .until(() -> repairs(broker) > 0 && repairs(broker) >= found(broker));
    }

    private static long repairs(BrokerProcess broker) {
        return broker.process().err().stream()
                .filter(line -> line.contains("are whole again"))
                .count();
    }

    private static long found(BrokerProcess broker) {
        return broker.process().err().stream()
                .filter(line -> line.contains("corrupt on disk"))
                .count();
    }

    @Test
    void flippedBitsAnywhere() {
        under("bits flipped in " + FLIPS + " files, " + ROUNDS + " times", load -> {
            for (int round = 0; round < ROUNDS; round++) {
                load.awaitAcks(1000);
                BrokerProcess broker = cluster.broker(cluster.leader(load.topic(), round));
                end(broker);
                System.out.println("DamageFaults: flipped in " + files(broker).flipAnywhere(FLIPS));
                broker.restart();
                cluster.awaitFullSets(load.topic());
            }
        });
    }

    /** The one with the damage is the first to be there again. */
    @Test
    void allAreKilledAndOneOfThemIsDamaged() {
        under("all killed, one of them torn and flipped", load -> {
            load.awaitAcks(2000);
            BrokerProcess damaged = cluster.broker(cluster.leader(load.topic(), 0));
            cluster.killAll();
            files(damaged).flipInClosedSegments(load.topic());
            files(damaged).tearTails(load.topic());
            damaged.launch();
            cluster.brokers().stream().filter(broker -> broker != damaged).forEach(BrokerProcess::launch);
            cluster.brokers().forEach(BrokerProcess::awaitReady);
            load.awaitFlow();
        });
    }
}
