package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.Mount;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Power cuts: brokers end, and of their disks all is gone that no fsync has brought there. Each has a file system of its own. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
final class PowerFaults {
    private static final long BYTES = 256L << 20;
    private static final int RECORDS_PER_SECOND = 250; // of the load

    @TempDir
    private Path directory;

    private final List<Mount> disks = new ArrayList<>();

    private interface Run {
        void in(ClusterProcesses cluster) throws IOException;
    }

    private void withCluster(Run run, String... settings) throws IOException {
        try {
            for (int id = 1; id <= 3; id++) {
                disks.add(disk(id));
            }
            try (ClusterProcesses cluster = ClusterProcesses.start(directory, 3, 1, settings)) {
                run.in(cluster);
            }
        } finally {
            for (Mount disk : disks) {
                disk.close();
            }
        }
    }

    private Mount disk(int id) throws IOException {
        return Mount.journaled(
                directory.resolve("broker-" + id).resolve("data"), directory.resolve("disk-" + id), BYTES);
    }

    @Test
    void whatIsFlushedBeforeTheAnswerSurvivesWhateverIsCut() throws IOException {
        withCluster(
                cluster -> {
                    for (int count = 1; count <= 3; count++) {
                        int brokers = count;
                        FaultRun.under(
                                cluster,
                                "PowerFaults",
                                "power of " + count + " cut, flush.messages=1",
                                load -> cut(cluster, load, brokers));
                    }
                },
                "log.flush.interval.messages=1");
    }

    @Test
    void whatOneBrokerKeepsSurvivesWithoutAnyFlush() throws IOException {
        withCluster(cluster -> {
            for (int count = 1; count <= 2; count++) {
                int brokers = count;
                FaultRun.under(
                        cluster,
                        "PowerFaults",
                        "power of " + count + " cut, nothing flushed",
                        load -> cut(cluster, load, brokers));
            }
        });
    }

    @Test
    void whereAllAreCutWhatIsLostIsYoungerThanTheFlushInterval() throws IOException {
        withCluster(
                cluster -> {
                    try (NumberedLoad load = NumberedLoad.start(cluster, "power-of-all")) {
                        load.awaitAcks(10 * RECORDS_PER_SECOND);
                        cut(cluster, load, 3);
                        NumberedVerdict verdict = load.verdict(Duration.ofSeconds(5));
                        System.out.println("PowerFaults: power of 3 cut, flush.ms=1000: " + verdict);
                        // flush.ms, its check once a second, and a second for the flush itself
                        assertTrue(verdict.lost() <= 3 * RECORDS_PER_SECOND, verdict.toString());
                        assertEquals(0, verdict.differingReplicas());
                    }
                },
                "log.flush.interval.ms=1000");
    }

    /** Cuts the power of so many brokers at once, the leader of partition 0 first of them, and starts them again. */
    private void cut(ClusterProcesses cluster, NumberedLoad load, int brokers) {
        int first = cluster.leader(load.topic(), 0);
        List<Integer> ids = IntStream.range(0, brokers)
                .map(i -> (first - 1 + i) % 3 + 1)
                .boxed()
                .toList();
        ids.forEach(id -> cluster.broker(id).process().signal("KILL"));
        ids.forEach(id -> cluster.broker(id).process().awaitExit(ClusterProcesses.PATIENCE));
        try {
            for (int id : ids) {
                disks.get(id - 1).loseWhatIsNotSynced();
                disks.get(id - 1).close();
                disks.set(id - 1, disk(id));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        if (brokers == 1) {
            load.awaitFlow();
        }
        ids.forEach(id -> cluster.broker(id).launch());
        ids.forEach(id -> cluster.broker(id).awaitReady());
        load.awaitFlow();
    }
}
