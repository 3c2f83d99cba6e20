package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.Mount;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults of single brokers and their disks, under load. Too long for each build: run by bench/faults. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
final class ProcessFaults {
    private static final int MIB = 1 << 20;

    @TempDir
    private static Path directory;

    private static ClusterProcesses cluster;

    @BeforeAll
    static void start() {
        cluster = ClusterProcesses.start(directory, 3, 1);
        cluster.createOffsetsTopic(); // not with a replica on the broker that is there for its full disk alone
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static NumberedVerdict under(String fault, java.util.function.Consumer<NumberedLoad> faults) {
        return FaultRun.under(cluster, "ProcessFaults", fault, faults);
    }

    @Test
    void leadersKilledAgainAndAgain() {
        List<Long> silences = new ArrayList<>();
        int rounds = Integer.getInteger("faults.rounds", 5);
        under("leader killed " + rounds + " times", load -> {
            for (int round = 0; round < rounds; round++) {
                int leader = cluster.leader(load.topic(), round % NumberedLoad.PARTITIONS);
                load.awaitAcks(200);
                load.ledger().forgetGaps();
                cluster.broker(leader).kill();
                load.awaitFlow();
                silences.add(load.ledger().longestSilence().milliseconds());
                cluster.broker(leader).restart();
                cluster.awaitFullSets(load.topic());
            }
        });
        silences.sort(null);
        System.out.printf(
                "ProcessFaults: leader killed: silence %d ms at the median of %d, %d at most%n",
                silences.get(rounds / 2), rounds, silences.get(rounds - 1));
    }

    @Test
    void aKilledFollower() {
        under("follower killed", load -> {
            int follower = cluster.leader(load.topic(), 0) % 3 + 1;
            cluster.broker(follower).kill();
            load.awaitFlow();
            load.awaitAcks(1000);
            cluster.broker(follower).restart();
        });
    }

    @Test
    void aKilledCoordinator() {
        under("coordinator killed", load -> {
            int coordinator = load.coordinator();
            cluster.broker(coordinator).kill();
            load.awaitFlow(); // deliveries included
            load.checkCommits();
            cluster.broker(coordinator).restart();
            cluster.awaitFullSets(load.topic());
        });
    }

    @ParameterizedTest(name = "{0} s")
    @ValueSource(ints = {1, 12, 40})
    void aPausedLeader(int seconds) {
        under("leader paused for " + seconds + " s", load -> {
            BrokerProcess zombie = cluster.broker(cluster.leader(load.topic(), 0));
            zombie.process().signal("STOP");
            lapse(seconds);
            zombie.process().signal("CONT");
            cluster.awaitMembers(3);
        });
    }

    /** The fault itself is made of time. */
    static void lapse(int seconds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        Awaitility.await().atMost(Duration.ofSeconds(seconds + 10)).until(() -> System.nanoTime() - end >= 0);
    }

    @Test
    void aBrokerWhoseDataAreGone() {
        under("data directory deleted", load -> {
            BrokerProcess broker = cluster.broker(cluster.leader(load.topic(), 0));
            broker.kill();
            load.awaitFlow();
            delete(broker.data());
            broker.restart();
        });
    }

    @Test
    void aBrokerKilledWhileItRecovers() {
        under("killed during its start, three times", load -> {
            BrokerProcess broker = cluster.broker(cluster.leader(load.topic(), 0));
            broker.kill();
            for (int milliseconds : List.of(400, 900, 1500)) {
                broker.launch();
                MillraceProcess process = broker.process();
                long end = System.nanoTime() + milliseconds * 1_000_000L;
                Awaitility.await()
                        .pollInterval(Duration.ofMillis(10))
                        .until(() -> System.nanoTime() - end >= 0 || !process.isAlive());
                broker.kill();
            }
            load.awaitFlow();
            broker.restart();
        });
    }

    @Test
    void aFullDisk() throws IOException {
        Path home = directory.resolve("broker-4");
        try (Mount volume = Mount.inMemory(home.resolve("data"), 96 * MIB)) {
            BrokerProcess four = cluster.add(4, "log.dir.min.free.bytes=" + 24 * MIB, "log.segment.bytes=" + MIB);
            cluster.remove(3);
            four.restart();
            cluster.awaitMembers(3);
            under("disk of one broker full, then space again", load -> {
                Path filler = volume.path().resolve("filler");
                fill(filler);
                load.awaitFlow(); // others lead
                try {
                    Files.delete(filler);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                load.awaitFlow();
            });
            assertTrue(four.process().err().stream().anyMatch(line -> line.contains("is full")), "it says so");
            assertEquals(0, four.stop());
            cluster.remove(4);
        } finally {
            cluster.add(3).restart();
        }
    }

    private static void fill(Path file) {
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(new byte[4096]);
            }
        } catch (IOException full) {
            assertTrue(String.valueOf(full.getMessage()).contains("No space left"), full.toString());
        }
    }

    private static void delete(Path tree) {
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
