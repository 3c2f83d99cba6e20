package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import io.millrace.protocol.record.Records;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompactionTest {
    private static final long RETENTION_MS = 10_000;

    @TempDir
    Path disk;

    private Disks disks;
    private Logs logs;
    private KeyedLog keyed;
    private Log log;

    @BeforeEach
    void open() {
        disks = new Disks(disk)
                .with("log.segment.bytes", 600)
                .with("log.index.interval.bytes", 100)
                .with("log.cleanup.policy", "compact")
                .with("log.cleaner.delete.retention.ms", RETENTION_MS);
        logs = disks.open();
        log = disks.log(logs);
        keyed = new KeyedLog(log);
    }

    @AfterEach
    void close() {
        logs.close();
    }

    private void reopen(boolean clean) {
        if (clean) {
            logs.close();
        } else {
            disks.crash();
        }
        logs = disks.open();
        log = disks.log(logs);
        keyed.reopened(log);
    }

    private long now() {
        return disks.clock.millis();
    }

    private void put(String key, String value) {
        keyed.batch().put(key, value, now()).append();
    }

    /** So much that everything before lies in segments that take no more appends. */
    private void fillUp() {
        long before = log.segmentBases().get(log.segmentBases().size() - 1);
        while (log.segmentBases().get(log.segmentBases().size() - 1) == before) {
            put("filler", "x".repeat(100));
        }
    }

    private int compactAll() {
        log.flush();
        int runs = 0;
        while (logs.compactions().compactNeediest()) {
            runs++;
        }
        return runs;
    }

    private List<String> keys() {
        return KeyedLog.read(log).stream()
                .map(KeyedLog.Entry::key)
                .filter(key -> !key.equals("filler"))
                .toList();
    }

    @Test
    void theLastRecordOfEachKeyStaysAtItsOffset() {
        for (int i = 0; i < 60; i++) {
            put("k" + i % 3, "v" + i);
        }
        fillUp();
        assertEquals(1, compactAll());

        assertEquals(List.of("k0", "k1", "k2"), keys());
        assertEquals(57, KeyedLog.read(log).get(0).offset());
        assertEquals(0, log.startOffset());
        keyed.assertRight(now(), RETENTION_MS);
        keyed.assertFetchedFromEveryOffset();
        assertEquals(0, compactAll(), "nothing is left to do");
    }

    @Test
    void theActiveSegmentAndWhatIsPastTheHighWatermarkStay() {
        put("a", "1");
        put("a", "2");
        assertEquals(0, compactAll());
        assertEquals(List.of("a", "a"), keys());
    }

    @Test
    void whatIsNotOnTheDiskYetDisplacesNothing() {
        put("a", "1");
        log.flush();
        put("a", "2");
        fillUp();
        assertFalse(logs.compactions().compactNeediest(), "after a power failure the first record may be all there is");
        log.flush();
        assertTrue(logs.compactions().compactNeediest());
        assertEquals(List.of("a"), keys());
    }

    @Test
    void aLogWhoseLastRecordsGoCanStillBeReadToItsEnd() {
        log.configure(log.config().withTopicOverrides(Map.of("max.compaction.lag.ms", "60000")));
        put("a", "1");
        keyed.batch().delete("a", now()).append();
        disks.clock.advance(60_001);
        assertEquals(1, compactAll());
        disks.clock.advance(RETENTION_MS);
        assertEquals(1, compactAll());

        assertEquals(List.of(), keys());
        keyed.assertRight(now(), RETENTION_MS);
        keyed.assertFetchedFromEveryOffset();
    }

    @Test
    void aTombstoneStaysForItsTimeAfterTheFirstCompactionAndGoesThen() {
        put("a", "1");
        keyed.batch().delete("a", now()).put("b", "1", now()).append();
        fillUp();
        disks.clock.advance(5 * RETENTION_MS);
        compactAll();
        assertEquals(List.of("a", "b"), keys(), "its time runs from the first compaction on");
        RecordBatch batch = new RecordBatches(Disks.readAll(log).get(0)).next();
        assertTrue(batch.hasDeleteHorizon());
        assertEquals(now() + RETENTION_MS, batch.baseTimestamp());

        disks.clock.advance(RETENTION_MS - 1);
        assertEquals(0, compactAll());
        disks.clock.advance(1);
        assertEquals(1, compactAll(), "a tombstone whose time is over makes the log due");
        assertEquals(List.of("b"), keys());
        keyed.assertRight(now(), RETENTION_MS);
        assertEquals(0, compactAll());
    }

    @Test
    void theLastBatchOfAProducerStaysAsAHeaderSoThatItsSequenceGoesOn() {
        keyed.batch().put("a", "1", now()).put("b", "1", now()).by(7).append();
        keyed.batch().put("a", "2", now()).by(8).append();
        put("a", "3");
        put("b", "3");
        fillUp();
        compactAll();
        for (Path snapshot : snapshots()) {
            delete(snapshot);
        }
        reopen(false);

        assertEquals(List.of("a", "b"), keys());
        keyed.assertRight(now(), RETENTION_MS);
        RecordBatch first = new RecordBatches(Disks.readAll(log).get(0)).next();
        assertEquals(0, first.recordsCount());
        assertEquals(1, first.lastOffset());
    }

    private List<Path> snapshots() {
        try {
            return Disks.names(disk.resolve("access-0")).stream()
                    .filter(name -> name.endsWith(".snapshot"))
                    .map(disk.resolve("access-0")::resolve)
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void smallSegmentsAreMergedUpToTheSizeOfOne() {
        for (int i = 0; i < 100; i++) {
            put("k" + i % 3, "v" + i);
        }
        fillUp();
        compactAll();
        for (int i = 0; i < 100; i++) {
            put("k" + i % 3, "w" + i);
        }
        fillUp();
        int before = log.segmentBases().size();
        compactAll();
        int merged = log.segmentBases().size();
        assertTrue(merged < before - 10, before + " segments became " + merged);
        keyed.assertRight(now(), RETENTION_MS);
    }

    @Test
    void aSliceThatIsOnItsWayStaysReadable() {
        put("a", "1");
        put("a", "2");
        fillUp();
        Records slice = log.read(0, 1 << 20, Long.MAX_VALUE, true);
        ByteBuffer before = Disks.copy(slice);
        compactAll();
        disks.clock.advance(120_000);
        disks.background.runDue();
        assertEquals(before, Disks.copy(slice));
        slice.release();
    }

    @Test
    void youngRecordsWaitAndOldOnesDoNot() {
        log.configure(log.config()
                .withTopicOverrides(Map.of(
                        "min.compaction.lag.ms", "1000",
                        "max.compaction.lag.ms", "60000",
                        "min.cleanable.dirty.ratio", "1.0")));
        put("a", "1");
        put("a", "2");
        fillUp();
        assertEquals(0, compactAll(), "too young");
        disks.clock.advance(1000);
        assertEquals(1, compactAll());
        assertEquals(List.of("a"), keys());
        put("a", "3");
        fillUp();
        disks.clock.advance(59_000); // the oldest that is not compacted was written before the first wait
        assertEquals(0, compactAll(), "not dirty enough");
        disks.clock.advance(1);
        assertEquals(1, compactAll(), "overdue");
        keyed.assertRight(now(), RETENTION_MS);
    }

    @Test
    void aQuietLogsLastSegmentEndsWhenItsRecordsAreOverdue() {
        log.configure(log.config().withTopicOverrides(Map.of("max.compaction.lag.ms", "60000")));
        put("a", "1");
        put("a", "2");
        disks.clock.advance(60_000);
        assertEquals(0, compactAll());
        disks.clock.advance(1);
        assertEquals(1, compactAll());
        assertEquals(List.of("a"), keys());
        assertEquals(2, log.endOffset());
    }

    @Test
    void moreKeysThanFitTakeMoreRuns() throws Exception {
        for (int i = 0; i < 200; i++) {
            keyed.batch()
                    .put("k" + i % 50, "v" + i, now())
                    .put("l" + i % 50, "v" + i, now())
                    .append();
        }
        fillUp();
        int runs = 0;
        Compactor compactor = compactor(16L * OffsetMap.BYTES_PER_KEY, CompactionSteps.UNWATCHED);
        Cleanable work = measure();
        while (work.from() < work.to()) {
            long from = work.from();
            compactor.compact(log.compaction(), work, log.config(), now());
            keyed.assertRight(now(), RETENTION_MS);
            work = measure();
            assertTrue(work.from() > from);
            runs++;
        }
        assertTrue(runs > 5, "runs: " + runs);
    }

    private Cleanable measure() throws Exception {
        log.flush();
        return log.compaction().measure(log.config().compaction(), now());
    }

    private static Compactor compactor(long bufferBytes, CompactionSteps steps) {
        return compactor(bufferBytes, (path, bytes) -> true, steps);
    }

    private static Compactor compactor(long bufferBytes, Compactor.Room room, CompactionSteps steps) {
        CompactionThrottle.Pace unpaced = new CompactionThrottle.Pace() {
            @Override
            public void pause(long nanos) {}

            @Override
            public boolean isStopped() {
                return false;
            }
        };
        return new Compactor(bufferBytes, new CompactionThrottle(Double.MAX_VALUE, () -> 0, unpaced), room, steps);
    }

    @Test
    void aLogThatIsCutDuringACompactionStaysAsItIs() throws Exception {
        put("a", "1");
        put("a", "2");
        fillUp();
        Cleanable work = measure();
        log.truncateTo(log.endOffset() - 1);
        List<KeyedLog.Entry> before = KeyedLog.read(log);
        assertThrows(CompactionAbandonedException.class, () -> compactor(1 << 20, CompactionSteps.UNWATCHED)
                .compact(log.compaction(), work, log.config(), now()));
        assertEquals(before, KeyedLog.read(log));
        assertFalse(Leftovers.areIn(Disks.names(disk.resolve("access-0"))), "nothing is left over");
    }

    @Test
    void whatIsWrittenInPlaceOfWhatWasCutOffHasYetToBeCompacted() throws Exception {
        put("a", "1");
        put("a", "2");
        fillUp();
        assertEquals(1, compactAll());
        long clean = log.compaction().cleanUpTo();
        Cleanable work = measure();
        log.truncateTo(1);
        assertFalse(log.compaction().cleaned(work.to(), Long.MAX_VALUE, work.changes()), "learned before the cut");
        assertTrue(log.compaction().cleanUpTo() <= 1);

        assertEquals(0, compactAll());
        while (log.endOffset() <= clean) {
            put("a", "3");
        }
        reopen(false);
        assertTrue(log.compaction().cleanUpTo() <= 1, "nor does the next start know better");
    }

    @Test
    void whatRetentionTookDuringACompactionIsNotAnnounced() throws Exception {
        put("a", "1");
        put("a", "2");
        fillUp();
        Cleanable work = measure();
        List<String> done = new ArrayList<>();
        CompactionSteps steps = step -> {
            done.add(step);
            if (step.equals("synced 0")) {
                log.deleteRecordsBefore(log.endOffset());
            }
        };
        assertThrows(CompactionAbandonedException.class, () -> compactor(1 << 20, steps)
                .compact(log.compaction(), work, log.config(), now()));
        assertEquals("synced 0", done.get(done.size() - 1));
        assertFalse(Leftovers.areIn(remaining()), "nothing is left over");
    }

    /** Names of files, without those that are on their way out. */
    private List<String> remaining() throws Exception {
        return Disks.names(disk.resolve("access-0")).stream()
                .filter(name -> !name.endsWith(SegmentFiles.DELETED))
                .toList();
    }

    @Test
    void aSwapThatFailsHalfwayTakesTheDirectoryOfflineAndIsFinishedAtTheNextStart() throws Exception {
        put("a", "1");
        put("a", "2");
        fillUp();
        Cleanable work = measure();
        CompactionSteps steps = step -> {
            if (step.equals("set aside 0")) {
                throw new IOException("No space left on device");
            }
        };
        assertThrows(ApiException.class, () -> compactor(1 << 20, steps)
                .compact(log.compaction(), work, log.config(), now()));
        assertFalse(log.directoryOnDisk().isOnline(), "the only copy has a name that is not the segment's");
        disks.clock.advance(60_000);
        assertFalse(logs.compactions().compactNeediest());
        reopen(false);
        assertEquals(List.of("a"), keys());
        keyed.assertRight(now(), RETENTION_MS);
    }

    @Test
    void nothingIsCompactedWhereThereIsNoRoomForTheCopy() throws Exception {
        put("a", "1");
        put("a", "2");
        fillUp();
        Cleanable work = measure();
        long first = work.segments().get(0).size();
        Compactor compactor = compactor(1 << 20, (path, bytes) -> bytes < first, CompactionSteps.UNWATCHED);
        assertThrows(
                CompactionAbandonedException.class,
                () -> compactor.compact(log.compaction(), work, log.config(), now()));
        assertEquals(List.of("a", "a"), keys());
    }

    @Test
    void originalsGoAtOnceWhereSpaceIsWanted() throws Exception {
        put("a", "1");
        put("a", "2");
        fillUp();
        log.flush();
        log.directoryOnDisk().ranFull("as the test wants it");
        assertEquals(1, compactAll());
        assertTrue(Leftovers.areIn(Disks.names(disk.resolve("access-0"))));
        disks.background.runDue();
        assertFalse(Leftovers.areIn(Disks.names(disk.resolve("access-0"))));
    }

    @Test
    void whatCannotBeReadStaysAsItIs() throws Exception {
        put("a", "1");
        put("a", "2");
        fillUp();
        Path first = SegmentFiles.path(disk.resolve("access-0"), 0, SegmentFiles.LOG);
        byte[] bytes = Files.readAllBytes(first);
        bytes[65] ^= 1;
        Files.write(first, bytes);
        compactAll();
        List<ByteBuffer> batches = Disks.readAll(log);
        assertFalse(new RecordBatches(batches.get(0)).next().hasValidCrc());
        assertEquals(1, new RecordBatches(batches.get(1)).next().baseOffset());
    }

    @Test
    void retentionGoesOnBesideCompactionWhereBothAreAskedFor() {
        log.configure(
                log.config().withTopicOverrides(Map.of("cleanup.policy", "compact,delete", "retention.ms", "1000")));
        put("a", "1");
        put("b", "1");
        fillUp();
        compactAll();
        disks.clock.advance(2000);
        logs.housekeeping().applyRetention();
        assertEquals(log.endOffset(), log.startOffset());
    }

    @Test
    void howFarItCameIsKnownAfterAStop() {
        put("a", "1");
        put("a", "2");
        fillUp();
        compactAll();
        long clean = log.compaction().cleanUpTo();
        assertTrue(clean > 0);
        reopen(false);
        assertEquals(clean, log.compaction().cleanUpTo());
        assertEquals(0, compactAll());
    }

    @Test
    void aStopBetweenAnyTwoStepsLosesNothing() throws Exception {
        long seed = Seeds.seed();
        write(new Random(seed), 25);
        fillUp();
        disks.clock.advance(1);
        compactAll();
        write(new Random(seed + 1), 25);
        fillUp();
        disks.clock.advance(2 * RETENTION_MS); // some tombstones of the first run may go now
        Path copies = Files.createDirectory(disk.resolveSibling(disk.getFileName() + "-copies"));
        int[] count = {0};
        compactor(1 << 20, step -> {
                    Path copy = Files.createDirectory(copies.resolve(Integer.toString(count[0]++)));
                    Disks.copyTree(disk, copy);
                })
                .compact(log.compaction(), measure(), log.config(), now());
        List<KeyedLog.Entry> compacted = KeyedLog.read(log);
        assertTrue(count[0] > 20, "steps: " + count[0]);
        for (int i = 0; i < count[0]; i++) {
            assertComesBack(copies.resolve(Integer.toString(i)), compacted);
        }
        try (var files = Files.walk(copies)) {
            files.sorted(java.util.Comparator.reverseOrder()).forEach(CompactionTest::delete);
        }
    }

    private void assertComesBack(Path copy, List<KeyedLog.Entry> compacted) throws Exception {
        Disks again = new Disks(copy)
                .with("log.segment.bytes", 600)
                .with("log.index.interval.bytes", 100)
                .with("log.cleanup.policy", "compact")
                .with("log.cleaner.delete.retention.ms", RETENTION_MS);
        again.clock.advance(now() - again.clock.millis());
        try (Logs opened = again.open()) {
            Log reopened = again.log(opened);
            reopened.advanceHighWatermark(reopened.endOffset());
            reopened.flush();
            keyed.reopened(reopened);
            keyed.assertRight(now(), 0);
            keyed.assertFetchedFromEveryOffset();
            compactor(1 << 20, CompactionSteps.UNWATCHED)
                    .compact(
                            reopened.compaction(),
                            reopened.compaction().measure(reopened.config().compaction(), now()),
                            reopened.config(),
                            now());
            keyed.assertRight(now(), 0);
            assertEquals(compacted, KeyedLog.read(reopened), "of " + copy);
        }
    }

    @Test
    void whateverIsWrittenIsCompactedRight() {
        long seed = Seeds.seed();
        Random random = new Random(seed);
        for (int round = 0; round < 25; round++) {
            write(random, 1 + random.nextInt(60));
            if (random.nextInt(3) == 0) {
                compactAll();
            }
            if (random.nextInt(6) == 0) {
                reopen(random.nextBoolean());
                log.advanceHighWatermark(log.endOffset());
            }
            disks.clock.advance(random.nextInt(3000));
            disks.background.runDue();
            keyed.assertRight(now(), RETENTION_MS);
        }
        keyed.assertFetchedFromEveryOffset();
        for (int i = 0; i < 20; i++) {
            keyed.assertFoundByTime(now() - random.nextInt(60_000));
        }
    }

    private void write(Random random, int batches) {
        for (int i = 0; i < batches; i++) {
            KeyedLog.Batch batch = keyed.batch();
            int records = 1 + random.nextInt(5);
            for (int j = 0; j < records; j++) {
                String key = "k" + random.nextInt(random.nextBoolean() ? 5 : 40);
                if (random.nextInt(5) == 0) {
                    batch.delete(key, now() + j);
                } else {
                    batch.put(key, "v" + random.nextInt(1000), now() + j);
                }
            }
            if (random.nextBoolean()) {
                batch.by(random.nextInt(3));
            }
            batch.compressed(
                    Compression.of(random.nextInt(Compression.values().length)).orElseThrow());
            batch.append();
        }
    }
}
