package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that a stop in the middle of things, or a bad disk, left behind: the log opens, serves what was whole in front of
 * the damage, and goes on.
 */
class RecoveryTest {
    private static final int BATCHES = 24;

    @TempDir
    Path temp;

    private Path killed;
    private Path stopped;
    /** The bytes of all batches, in order. */
    private List<ByteBuffer> batches;

    private int copies;

    /** One directory as a killed broker leaves it, and one as a stopped broker does, with the same records. */
    @BeforeEach
    void write() {
        killed = temp.resolve("killed");
        stopped = temp.resolve("stopped");
        batches = new ArrayList<>();
        Disks clean = disks(stopped);
        try (Logs logs = clean.open()) {
            append(clean.log(logs));
        }
        Disks crashed = disks(killed);
        append(crashed.log(crashed.open()));
        crashed.crash();
        batches = batches.subList(0, BATCHES);
    }

    private static Disks disks(Path directory) {
        return new Disks(directory).with("log.segment.bytes", 900).with("log.index.interval.bytes", 250);
    }

    /** Two records each; epochs change, one producer writes every third batch. */
    private void append(Log log) {
        for (int i = 0; i < BATCHES; i++) {
            long offset = i * 2L;
            ByteBuffer batch = i % 3 == 0
                    ? Batches.produced(offset, 2, 55, 0, i / 3 * 2)
                    : Batches.of(offset, i / 5, 2, 1000 + offset);
            log.append(batch);
            batches.add(batch);
        }
    }

    private interface Damage {
        void to(Path partition) throws IOException;
    }

    private interface Check {
        void of(Log log) throws IOException;
    }

    /** Damages a copy, opens it, checks it and appends to it; every tenth is stopped in order and must stay so. */
    private void after(Path original, Damage damage, Check check) throws IOException {
        Path copy = temp.resolve("copy-" + copies++);
        Disks.copyTree(original, copy);
        damage.to(copy.resolve("access-0"));
        Disks disks = disks(copy);
        Logs logs = disks.open();
        Log log = logs.get(Disks.ACCESS).orElseThrow();
        assertTrue(logs.directories().get(0).isOnline());
        check.of(log);
        log.append(Batches.of(log.endOffset(), 9, 1, 9999));
        List<ByteBuffer> afterwards = Disks.readAll(log);
        if (copies % 10 == 0) {
            logs.close();
            try (Logs again = disks.open()) {
                assertTrue(again.isCleanStart());
                assertEquals(afterwards, Disks.readAll(again.get(Disks.ACCESS).orElseThrow()));
            }
        } else {
            disks.crash();
        }
        PartitionDirectory.remove(copy);
    }

    private Check serves(int whole, String what) {
        return log -> {
            assertEquals(whole * 2L, log.endOffset(), what);
            assertEquals(batches.subList(0, whole), Disks.readAll(log), what);
            int lastProduced = (whole + 2) / 3;
            assertEquals(
                    lastProduced == 0 ? List.of() : List.of(lastProduced * 2 - 1),
                    log.producers().active().stream()
                            .map(ProducerStates.ActiveProducer::lastSequence)
                            .toList(),
                    what);
            assertTrue(log.leaderEpochs().all().stream().allMatch(start -> start.startOffset() < whole * 2L), what);
            for (int i = 0; i < whole; i++) {
                long offset = i * 2L + 1;
                assertEquals(
                        offset - 1,
                        Disks.batches(log.read(offset, 1, 100, true)).get(0).baseOffset(),
                        what);
            }
        };
    }

    private static List<Path> files(Path directory, String suffix) throws IOException {
        Path partition = directory.resolve("access-0");
        return Disks.names(partition).stream()
                .filter(name -> name.endsWith(suffix))
                .map(partition::resolve)
                .toList();
    }

    private static void cut(Path file, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
    }

    private static void flip(Path file, long bit) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) (bit / 8)] ^= (byte) (1 << bit % 8);
        Files.write(file, bytes);
    }

    /** How many batches end at or in front of a position of the segment that begins with a given batch. */
    private int wholeAt(int first, long position) {
        int whole = first;
        long end = 0;
        while (whole < batches.size() && end + batches.get(whole).remaining() <= position) {
            end += batches.get(whole++).remaining();
        }
        return whole;
    }

    private static int firstBatch(Path segment) {
        return (int) (SegmentFiles.parse(segment.getFileName().toString())
                        .orElseThrow()
                        .offset()
                / 2);
    }

    @Test
    void aKilledBrokersLogIsWhole() throws Exception {
        assertTrue(files(killed, ".log").size() > 2);
        after(killed, partition -> {}, serves(BATCHES, "untouched"));
    }

    @Test
    void cutAtEveryByteOfTheLastSegment() throws Exception {
        List<Path> segments = files(killed, ".log");
        Path last = segments.get(segments.size() - 1);
        int first = firstBatch(last);
        for (long size = 0; size < Files.size(last); size++) {
            long at = size;
            after(
                    killed,
                    partition -> cut(partition.resolve(last.getFileName()), at),
                    serves(wholeAt(first, size), "cut at " + size));
        }
    }

    @Test
    void aCutInTheMiddleOfABatchDropsTheSegmentsBehindIt() throws Exception {
        Path second = files(killed, ".log").get(1);
        int first = firstBatch(second);
        for (long size = 1; size < Files.size(second); size += 11) {
            long at = size;
            int whole = wholeAt(first, size);
            if (wholeAt(first, size - 1) == whole) {
                after(
                        killed,
                        partition -> cut(partition.resolve(second.getFileName()), at),
                        serves(whole, "cut at " + size));
            }
        }
    }

    /** A power failure may leave a new segment's name, and take the last bytes of the one before. */
    @Test
    void emptySegmentsBehindAGapAreNoEnd() throws Exception {
        List<Path> segments = files(killed, ".log");
        int first = firstBatch(segments.get(1));
        for (int kept = 0; kept < firstBatch(segments.get(2)) - first; kept++) {
            long size = batches.subList(first, first + kept).stream()
                    .mapToLong(ByteBuffer::remaining)
                    .sum();
            after(
                    killed,
                    partition -> {
                        cut(partition.resolve(segments.get(1).getFileName()), size);
                        for (Path later : segments.subList(2, segments.size())) {
                            cut(partition.resolve(later.getFileName()), 0);
                        }
                    },
                    serves(first + kept, kept + " batches kept"));
        }
    }

    /** Nothing tells it from what compaction leaves, so what is behind the gap is kept. */
    @Test
    void aCutInTheMiddleBetweenTwoBatchesLeavesAGap() throws Exception {
        List<Path> segments = files(killed, ".log");
        int first = firstBatch(segments.get(1));
        int next = firstBatch(segments.get(2));
        List<ByteBuffer> expected = new ArrayList<>(batches.subList(0, first + 1));
        expected.addAll(batches.subList(next, BATCHES));
        after(
                killed,
                partition -> cut(
                        partition.resolve(segments.get(1).getFileName()),
                        batches.get(first).remaining()),
                log -> assertEquals(expected, Disks.readAll(log)));
    }

    @Test
    void anythingWrittenBehindTheEndIsCut() throws Exception {
        List<Path> segments = files(killed, ".log");
        Path last = segments.get(segments.size() - 1);
        for (byte[] tail : List.of(new byte[5], new byte[500], new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, 0})) {
            after(
                    killed,
                    partition -> Files.write(partition.resolve(last.getFileName()), tail, StandardOpenOption.APPEND),
                    serves(BATCHES, "with " + tail.length + " bytes behind"));
        }
    }

    @Test
    void anyBitFlippedInTheRecordsCutsThatBatchAndWhatFollows() throws Exception {
        Random random = new Random(Seeds.seed());
        List<Path> segments = files(killed, ".log");
        for (int round = 0; round < 80; round++) {
            Path segment = segments.get(random.nextInt(segments.size()));
            long bit = random.nextLong(Files.size(segment) * 8);
            int hit = wholeAt(firstBatch(segment), bit / 8);
            long begin = batches.subList(firstBatch(segment), hit).stream()
                    .mapToLong(ByteBuffer::remaining)
                    .sum();
            boolean coveredByCrc = bit / 8 - begin >= 16;
            after(killed, partition -> flip(partition.resolve(segment.getFileName()), bit), log -> {
                if (coveredByCrc) {
                    serves(hit, "bit " + bit + " of " + segment).of(log);
                } else { // base offset, length and epoch have no checksum: what is in front is served all the same
                    List<ByteBuffer> served = Disks.readAll(log);
                    assertTrue(served.size() >= hit, "bit " + bit + " of " + segment);
                    assertEquals(batches.subList(0, hit), served.subList(0, hit), "bit " + bit + " of " + segment);
                }
            });
        }
    }

    @Test
    void indexesCutAtEveryByteAreMadeAnew() throws Exception {
        for (Path original : List.of(killed, stopped)) {
            for (String suffix : List.of(".index", ".timeindex")) {
                for (Path index : files(original, suffix)) {
                    for (long size = 0; size < Files.size(index); size++) {
                        long at = size;
                        after(
                                original,
                                partition -> cut(partition.resolve(index.getFileName()), at),
                                serves(BATCHES, index + " cut at " + size));
                    }
                }
            }
        }
    }

    @Test
    void missingIndexesAreMadeAnewAndTimesAreFound() throws Exception {
        for (Path original : List.of(killed, stopped)) {
            after(
                    original,
                    partition -> {
                        for (String name : Disks.names(partition)) {
                            if (name.endsWith("index")) {
                                Files.delete(partition.resolve(name));
                            }
                        }
                    },
                    log -> {
                        serves(BATCHES, "without indexes").of(log);
                        assertEquals(1046, log.latestTimestamp().orElseThrow().timestamp());
                        for (long time = 1000; time <= 1046; time += 2) {
                            assertEquals(
                                    time - 1000,
                                    log.offsetAt(time).orElseThrow().offset());
                        }
                    });
        }
    }

    @Test
    void anIndexThatEndsBelowZeroIsMadeAnew() throws IOException {
        for (Path original : List.of(killed, stopped)) {
            for (Path file : files(original, OffsetIndex.SUFFIX)) {
                long size = Files.size(file);
                if (size > 0) {
                    long sign = (size - Integer.BYTES) * 8 + 7;
                    after(
                            original,
                            partition -> flip(partition.resolve(file.getFileName()), sign),
                            serves(BATCHES, "" + file));
                }
            }
        }
    }

    @Test
    void anyBitFlippedBesideTheRecordsLosesNone() throws Exception {
        Random random = new Random(Seeds.seed());
        for (Path original : List.of(killed, stopped)) {
            List<Path> files = new ArrayList<>();
            for (String suffix : List.of(".index", ".timeindex", ".snapshot", "leader-epoch-checkpoint", ".metadata")) {
                files.addAll(files(original, suffix));
            }
            for (int round = 0; round < 50; round++) {
                Path file = files.get(random.nextInt(files.size()));
                if (Files.size(file) > 0) {
                    long bit = random.nextLong(Files.size(file) * 8);
                    after(original, partition -> flip(partition.resolve(file.getFileName()), bit), log -> {
                        assertEquals(batches, Disks.readAll(log), "bit " + bit + " of " + file);
                        assertEquals(15, log.producers().active().get(0).lastSequence(), "bit " + bit + " of " + file);
                    });
                }
            }
        }
    }

    @Test
    void epochsThatTheLastBatchesContradictAreReadFromTheBatches() throws Exception {
        Disks disks = disks(temp.resolve("epochs")).with("log.index.interval.bytes", 4096);
        List<LeaderEpochs.EpochStart> epochs;
        try (Logs logs = disks.open()) {
            Log log = disks.log(logs);
            append(log);
            epochs = log.leaderEpochs().all();
        }
        Path file = temp.resolve("epochs").resolve("access-0").resolve(LeaderEpochs.FILE);
        for (String wrong : List.of("0\n0\n", "0\n1\n0 0\n", "0\n2\n0 0\n9 30\n", "0\n1\n4 48\n")) {
            Files.writeString(file, wrong);
            try (Logs logs = disks.open()) {
                assertEquals(epochs, disks.log(logs).leaderEpochs().all(), wrong);
            }
        }
    }

    @Test
    void damagedCheckpointsOfTheDirectoryLoseNoRecord() throws Exception {
        Random random = new Random(Seeds.seed());
        for (String name :
                List.of(OffsetCheckpoint.RECOVERY_POINT, OffsetCheckpoint.HIGH_WATERMARK, OffsetCheckpoint.LOG_START)) {
            byte[] whole = Files.readAllBytes(stopped.resolve(name));
            for (int round = 0; round < 10; round++) {
                int size = random.nextInt(whole.length);
                after(stopped, partition -> cut(partition.resolveSibling(name), size), serves(BATCHES, name));
            }
        }
    }

    @Test
    void onlyWhatLiesPastTheRecoveryPointIsRead() throws Exception {
        Disks disks = disks(temp.resolve("flushed"));
        Logs logs = disks.open();
        Log log = disks.log(logs);
        append(log);
        log.flush();
        logs.housekeeping().noteRecoveryPoints();
        log.append(Batches.of(log.endOffset(), 9, 2, 1));
        disks.crash();
        Path first = SegmentFiles.path(temp.resolve("flushed").resolve("access-0"), 0, ".log");
        flip(first, 100 * 8);

        try (Logs again = disks.open()) {
            assertFalse(again.isCleanStart());
            assertEquals(
                    BATCHES * 2L + 2, again.get(Disks.ACCESS).orElseThrow().endOffset(), "nobody looked at the first");
        }
    }

    @Test
    void aCleanStartLooksAtNoRecord() throws Exception {
        after(
                stopped,
                partition -> flip(SegmentFiles.path(partition, 0, ".log"), 100 * 8),
                log -> assertEquals(BATCHES * 2L, log.endOffset()));
    }

    @Test
    void theHighWatermarkAndTheStartSurviveAStop() throws Exception {
        Disks disks = disks(temp.resolve("ends"));
        try (Logs logs = disks.open()) {
            Log log = disks.log(logs);
            append(log);
            log.advanceHighWatermark(30);
            log.deleteRecordsBefore(7);
        }
        try (Logs logs = disks.open()) {
            Log log = disks.log(logs);
            assertEquals(7, log.startOffset());
            assertEquals(30, log.highWatermark());
            assertEquals(BATCHES * 2L, log.endOffset());
            assertEquals(BATCHES * 2L, log.recoveryPoint());
            log.advanceHighWatermark(31);
            logs.housekeeping().noteWatermarks();
            disks.crash();
        }
        try (Logs logs = disks.open()) {
            Log log = disks.log(logs);
            assertEquals(7, log.startOffset());
            assertEquals(31, log.highWatermark());
        }
    }

    @Test
    void aLogThatLostWhatItsStartIsPastBeginsThereAgain() throws Exception {
        Disks disks = disks(temp.resolve("lost"));
        Logs logs = disks.open();
        Log log = disks.log(logs);
        append(log);
        log.advanceHighWatermark(48);
        log.deleteRecordsBefore(47);
        logs.housekeeping().noteWatermarks();
        disks.crash();
        List<Path> segments = files(temp.resolve("lost"), ".log");
        cut(segments.get(segments.size() - 1), 0);

        try (Logs again = disks.open()) {
            Log reopened = disks.log(again);
            assertEquals(47, reopened.startOffset());
            assertEquals(47, reopened.endOffset());
            reopened.append(Batches.of(47, 9, 1, 1));
            assertEquals(1, Disks.readAll(reopened).size());
        }
    }
}
