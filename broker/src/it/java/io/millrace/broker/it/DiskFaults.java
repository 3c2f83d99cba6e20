package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A disk that fails or is slow, of one broker, where every record is brought to the disk before it is acknowledged. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
final class DiskFaults {
    private static final String SYNCS = "fsync,fdatasync";
    private static final String WRITES = "pwrite64";
    private static final long MOST_MS = 1000; // until the disk is out of use

    @TempDir
    private static Path directory;

    private static ClusterProcesses cluster;

    @BeforeAll
    static void start() {
        Strace.assumeUsable();
        cluster = ClusterProcesses.start(directory, 3, 1, "log.flush.interval.messages=1");
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static NumberedVerdict under(String fault, Consumer<NumberedLoad> faults) {
        return FaultRun.under(cluster, "DiskFaults", fault, faults);
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({"when=1, once", "when=1..3, three times", "when=1+, always"})
    void aSyncThatFails(String when, String howOften) {
        fails(SYNCS, when, "fsync fails " + howOften + " on a leader");
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({"when=1, once", "when=1..3, three times", "when=1+, always"})
    void aWriteThatFails(String when, String howOften) {
        fails(WRITES, when, "write fails " + howOften + " on a leader");
    }

    /** The disk is not trusted again, whatever its next answers are; others lead what it led. */
    @SuppressWarnings("try") // strace works by being there
    private static void fails(String calls, String when, String fault) {
        under(fault, load -> {
            BrokerProcess broker = cluster.broker(cluster.leader(load.topic(), 0));
            try (Strace strace = Strace.attach(broker.process().pid(), calls, "error=EIO:" + when)) {
                strace.awaitStruck();
                long struck = System.nanoTime();
                awaitLogged(broker, "is offline until the next start");
                long tookMs = (System.nanoTime() - struck) / 1_000_000;
                System.out.printf("DiskFaults: %s: the disk is out of use %d ms later%n", fault, tookMs);
                assertTrue(tookMs <= MOST_MS, tookMs + " ms");
                load.awaitFlow();
            }
            load.awaitAcks(500);
            assertTrue(broker.process().isAlive(), "it has not ended");
            broker.stop();
            broker.restart();
        });
    }

    private static void awaitLogged(BrokerProcess broker, String words) {
        Awaitility.await(words)
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> broker.process().err().stream().anyMatch(line -> line.contains(words)));
    }

    @ParameterizedTest(name = "{0} ms")
    @ValueSource(ints = {300, 5000})
    @SuppressWarnings("try") // strace works by being there
    void aSlowSync(int milliseconds) {
        under("fsync takes " + milliseconds + " ms on a leader for 15 s", load -> {
            BrokerProcess broker = cluster.broker(cluster.leader(load.topic(), 0));
            try (Strace strace =
                    Strace.attach(broker.process().pid(), SYNCS, "delay_enter=" + milliseconds + "000")) {
                ProcessFaults.lapse(15);
                assertTrue(strace.struck() > 0);
            }
            load.awaitFlow();
            assertTrue(
                    broker.process().err().stream().noneMatch(line -> line.contains("is offline")), "slow is not broken");
        });
    }

    @Test
    @SuppressWarnings("try") // strace works by being there
    void aFollowersDiskFails() {
        under("write fails on a follower", load -> {
            BrokerProcess broker = cluster.broker(cluster.leader(load.topic(), 0) % 3 + 1);
            try (Strace strace = Strace.attach(broker.process().pid(), "ftruncate," + WRITES, "error=EIO")) {
                awaitLogged(broker, "is offline until the next start");
            }
            load.awaitFlow();
            broker.kill();
            load.awaitFlow();
            broker.restart();
        });
    }
}
