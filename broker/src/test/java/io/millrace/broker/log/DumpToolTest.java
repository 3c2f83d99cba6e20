package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.compress.Compression;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Apache Kafka's own tool reads what we wrote, and finds nothing wrong. */
class DumpToolTest {
    private static final List<String> COMPLAINTS = List.of(
            "Found",
            "Mismatches",
            "Indexed offset",
            "out of order",
            "Index timestamp",
            "isvalid: false",
            "corrupt",
            "Exception",
            "Skipping",
            "Failed");

    @TempDir
    Path disk;

    private Disks disks;
    private Path partition;
    private DumpTool tool;

    @BeforeEach
    void write() throws Exception {
        tool = new DumpTool();
        disks = new Disks(disk).with("log.segment.bytes", 3000).with("log.index.interval.bytes", 300);
        partition = disk.resolve("access-0");
        try (Logs logs = disks.open()) {
            Log log = disks.log(logs);
            long[] next = {0};
            for (int round = 0; round < 5; round++) {
                for (Compression codec : Compression.values()) {
                    log.append(Batches.compressed(next[0], round, 7, 10_000 - next[0] % 500, codec));
                    next[0] += 7;
                }
                log.append(Batches.join(
                        Batches.of(next[0], round, 2, 20_000 + next[0]),
                        Batches.produced(next[0] + 2, 3, 4711, 0, round * 3)));
                next[0] += 5;
            }
        }
    }

    @AfterEach
    void close() throws Exception {
        tool.close();
    }

    private List<Path> files(String suffix) throws Exception {
        return Disks.names(partition).stream()
                .filter(name -> name.endsWith(suffix))
                .map(partition::resolve)
                .toList();
    }

    private static void assertNothingWrong(String output) {
        for (String complaint : COMPLAINTS) {
            assertFalse(output.contains(complaint), complaint + " in: " + output);
        }
    }

    @Test
    void readsEveryRecordOfEverySegment() throws Exception {
        List<Path> segments = files(".log");
        assertTrue(segments.size() > 3);
        String output = tool.run(segments, "--deep-iteration", "--print-data-log");
        assertNothingWrong(output);
        assertTrue(
                output.lines()
                        .filter(line -> line.contains(" is followed by "))
                        .allMatch(line -> line.startsWith("  -1 ")),
                "the tool finds the first offset of any file but the first odd, and nothing else: " + output);

        List<Long> offsets = output.lines()
                .filter(line -> line.startsWith("| offset: "))
                .map(line -> Long.parseLong(line.split(" ")[2]))
                .toList();
        List<Long> all = LongStream.range(0, 5 * (7L * Compression.values().length + 5))
                .boxed()
                .toList();
        assertEquals(all, offsets);
    }

    @Test
    void agreesWithWhatCompactionLeaves() throws Exception {
        disks.with("log.cleanup.policy", "compact");
        try (Logs logs = disks.open()) {
            KeyedLog keyed = new KeyedLog(disks.log(logs));
            keyed.log().advanceHighWatermark(keyed.log().endOffset());
            keyed.batch().put("k0", "v", 30_000).by(9).append();
            for (int i = 0; i < 200; i++) {
                KeyedLog.Batch batch = keyed.batch().put("k" + i % 5, "v" + i, 30_000 + i);
                batch.delete("gone" + i % 3, 30_000 + i)
                        .compressed(Compression.of(i % 5).orElseThrow())
                        .append();
            }
            keyed.log().flush(); // only what is on disk is compacted
            while (logs.compactions().compactNeediest()) {
                // until nothing is left to do
            }
            long clean = keyed.log().compaction().cleanUpTo();
            assertTrue(clean > 300, "clean up to " + clean);
        }
        String output = tool.run(files(".log"), "--deep-iteration", "--print-data-log");
        for (String complaint : COMPLAINTS) {
            assertFalse(!complaint.equals("Found") && output.contains(complaint), complaint + " in: " + output);
        }
        assertTrue(output.contains("deleteHorizonMs: OptionalLong["), output);
        assertTrue(output.lines().anyMatch(line -> line.contains("count: 0 ")), output);
        for (String suffix : List.of(".index", ".timeindex")) {
            assertNothingWrong(tool.run(files(suffix), "--index-sanity-check"));
            assertNothingWrong(tool.run(files(suffix), "--verify-index-only"));
        }
    }

    @Test
    void findsTheIndexesRight() throws Exception {
        for (String suffix : List.of(".index", ".timeindex")) {
            List<Path> indexes = files(suffix);
            assertEquals(files(".log").size(), indexes.size());
            String sanity = tool.run(indexes, "--index-sanity-check");
            assertEquals(
                    indexes.size(),
                    sanity.lines()
                            .filter(line -> line.contains("passed sanity check"))
                            .count(),
                    sanity);
            assertNothingWrong(sanity);
            assertNothingWrong(tool.run(indexes, "--verify-index-only"));
            String entries = tool.run(indexes);
            assertNothingWrong(entries);
            assertTrue(entries.lines().filter(line -> line.contains("offset: ")).count() > indexes.size(), entries);
        }
    }

    @Test
    void complainsOfAWrongIndexSoThatThisTestCanFail() throws Exception {
        Path index = files(".index").get(0);
        byte[] bytes = Files.readAllBytes(index);
        bytes[3] = (byte) (bytes[3] + 1);
        Files.write(index, bytes);

        String output = tool.run(List.of(index));
        assertTrue(output.contains("Mismatches"), output);
    }

    @Test
    void readsTheSnapshotsOfProducers() throws Exception {
        String output = tool.run(files(".snapshot"));

        assertNothingWrong(output);
        assertTrue(output.contains("producerId: 4711"), output);
        assertTrue(output.contains("lastSequence: 14"), output);
    }
}
