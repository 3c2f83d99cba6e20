package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.record.Record;
import io.millrace.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a disk has damaged misleads compaction into nothing, and stays known through it. */
class CompactionDamageTest {
    private static final long REST_MS = 60_000;

    @TempDir
    Path disk;

    private Disks disks;
    private Logs logs;
    private Log log;
    private KeyedLog keyed;

    @BeforeEach
    void open() {
        disks = new Disks(disk)
                .with("log.segment.bytes", 600)
                .with("log.index.interval.bytes", 100)
                .with("log.cleanup.policy", "compact");
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
        log.advanceHighWatermark(log.endOffset());
        keyed.reopened(log);
    }

    /** Returns the record's offset. */
    private long put(String key, String value) {
        keyed.batch().put(key, value, disks.clock.millis()).append();
        return log.endOffset() - 1;
    }

    private void fillUp() {
        long before = lastBase();
        while (lastBase() == before) {
            put("filler", "x".repeat(100));
        }
    }

    private long lastBase() {
        List<Long> bases = log.segmentBases();
        return bases.get(bases.size() - 1);
    }

    private int compactAll() {
        log.flush();
        int runs = 0;
        while (logs.compactions().compactNeediest()) {
            runs++;
        }
        return runs;
    }

    private static void scrub(Log log) {
        LogScrub scrub = log.scrub();
        while (scrub.step(1000) >= 0) {}
    }

    private ErrorCode errorOf(long offset) {
        return assertThrows(ApiException.class, () -> log.read(offset, 1 << 20, Long.MAX_VALUE, true))
                .error();
    }

    /** What is known of the keys to who passes over everything that is corrupt. */
    private Map<String, String> readable() {
        Map<String, String> state = new HashMap<>();
        long offset = log.nextReadable(log.startOffset());
        while (offset < log.endOffset()) {
            long from = offset;
            long next = offset;
            try {
                for (RecordBatch batch : Disks.batches(log.read(offset, 1 << 20, Long.MAX_VALUE, true))) {
                    assertTrue(batch.hasValidCrc(), batch::toString);
                    for (Record record : batch.records(1 << 20)) {
                        state.put(
                                text(record.key().orElseThrow()),
                                text(record.value().orElseThrow()));
                    }
                    next = batch.nextOffset();
                }
            } catch (ApiException e) {
                assertEquals(ErrorCode.CORRUPT_MESSAGE, e.error());
                next = log.corruptRanges().stream()
                        .mapToLong(CorruptRange::nextOffset)
                        .filter(end -> end > from)
                        .min()
                        .orElseThrow();
            }
            assertTrue(next > offset, "nothing at " + offset);
            offset = log.nextReadable(next);
        }
        state.remove("filler");
        return state;
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    /** Overwrites eight bytes of the batch that begins with an offset. */
    private void damage(long offset, int from, long with) throws IOException {
        List<Long> bases = log.segmentBases();
        long base = bases.stream()
                .filter(first -> first <= offset)
                .max(Long::compare)
                .orElseThrow();
        Path file = SegmentFiles.path(disk.resolve("access-0"), base, SegmentFiles.LOG);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            BatchScan scan = new BatchScan(channel, 0, channel.size(), ByteBuffer.allocate(1 << 16));
            boolean found = false;
            while (!found) {
                assertTrue(scan.next());
                found = scan.batch().baseOffset() == offset;
            }
            channel.write(ByteBuffer.allocate(8).putLong(with).flip(), scan.position() + from);
        }
    }

    @Test
    void whatIsCorruptStaysKnownAndRefusedThroughCompactionsAndRestarts() throws IOException {
        put("a", "1");
        long bad = put("b", "1");
        put("c", "1");
        put("a", "2");
        fillUp();
        log.flush();
        damage(bad, 61, 7);
        assertTrue(log.suspect(bad));

        assertEquals(1, compactAll());
        assertHole(bad);
        scrub(log);
        assertHole(bad);
        reopen(false);
        assertHole(bad);
        put("d", "1");
        fillUp();
        assertEquals(1, compactAll());
        assertHole(bad);
        reopen(true);
        assertHole(bad);
        assertEquals(Map.of("a", "2", "c", "1", "d", "1"), readable());
    }

    private void assertHole(long bad) {
        assertEquals(1, log.corruptRanges().size());
        assertEquals(ErrorCode.CORRUPT_MESSAGE, errorOf(bad));
        assertTrue(log.nextReadable(bad) > bad);
    }

    @Test
    void holesOfSeveralSegmentsAndAtTheirEndsAreCarriedAlong() throws IOException {
        long first = put("a", "1");
        for (int i = 0; i < 40; i++) {
            put("k" + i % 4, "v" + i);
        }
        fillUp();
        log.flush();
        List<Long> bases = log.segmentBases();
        List<Long> bad = List.of(first, bases.get(1) - 1, bases.get(1), bases.get(3));
        for (long offset : bad) {
            damage(offset, 61, 7);
            assertTrue(log.suspect(offset));
        }
        assertEquals(1, compactAll());
        for (int round = 0; round < 3; round++) {
            for (long offset : bad) {
                assertEquals(ErrorCode.CORRUPT_MESSAGE, errorOf(offset));
            }
            assertEquals(Map.of("k0", "v36", "k1", "v37", "k2", "v38", "k3", "v39"), readable());
            scrub(log);
            if (round == 1) {
                reopen(false);
            }
        }
    }

    @Test
    void aHoleThatNobodyKnowsOfIsFoundAgain() throws IOException {
        put("a", "1");
        long bad = put("b", "1");
        put("c", "1");
        fillUp();
        log.flush();
        damage(bad, 61, 7);
        assertTrue(log.suspect(bad));
        put("c", "2");
        fillUp();
        assertEquals(1, compactAll());
        logs.close();
        Files.delete(disk.resolve("access-0").resolve(DamageCheckpoint.FILE));
        logs = disks.open();
        log = disks.log(logs);
        assertEquals(List.of(), log.corruptRanges());
        scrub(log);
        assertHole(bad);
    }

    @Test
    void whatIsFoundToBeCorruptDuringACompactionStopsIt() throws Exception {
        put("a", "1");
        long bad = put("b", "1");
        put("a", "2");
        fillUp();
        log.flush();
        CompactionSteps rotWhenWritten = step -> {
            if (step.equals("written 0")) {
                damage(bad, 61, 7);
                assertTrue(log.suspect(bad));
            }
        };
        Cleanable work = log.compaction().measure(log.config().compaction(), disks.clock.millis());
        assertThrows(CompactionAbandonedException.class, () -> compactor(rotWhenWritten)
                .compact(log.compaction(), work, log.config(), disks.clock.millis()));
        assertHole(bad);
        assertFalse(Leftovers.areIn(Disks.names(disk.resolve("access-0"))), "nothing is left over");
        assertEquals(1, compactAll());
        assertHole(bad);
    }

    private static Compactor compactor(CompactionSteps steps) {
        CompactionThrottle.Pace unpaced = new CompactionThrottle.Pace() {
            @Override
            public void pause(long nanos) {}

            @Override
            public boolean isStopped() {
                return false;
            }
        };
        return new Compactor(
                1 << 20, new CompactionThrottle(Double.MAX_VALUE, () -> 0, unpaced), (path, bytes) -> true, steps);
    }

    @Test
    void aRecordWhoseOffsetIsWrongIsNotTakenForAnOlderOne() throws IOException {
        put("a", "1");
        put("a", "2");
        fillUp();
        assertEquals(1, compactAll());
        put("k", "old");
        long bad = put("k", "new");
        fillUp();
        damage(bad, 0, 0); // the base offset, which no checksum covers

        assertEquals(1, compactAll(), "one try");
        assertHole(bad);
        disks.clock.advance(REST_MS);
        assertEquals(1, compactAll());
        assertHole(bad);
        assertEquals(Map.of("a", "2", "k", "old"), readable());
    }

    @Test
    void aSegmentThatIsCutShortByItsBytesIsNotTakenForAllThereIs() throws IOException {
        put("a", "1");
        long bad = put("b", "1");
        put("a", "2");
        fillUp();
        log.flush();
        damage(bad, 8, -1); // the length: no walk comes past it

        assertEquals(1, compactAll(), "one try");
        assertHole(bad);
        disks.clock.advance(REST_MS);
        assertEquals(1, compactAll());
        assertHole(bad);
        assertEquals(Map.of("a", "2"), readable());
    }
}
