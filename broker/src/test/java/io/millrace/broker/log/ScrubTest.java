package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a disk has damaged is found, is not served, and costs nothing that lies around it. */
class ScrubTest {
    private static final int BATCHES = 60;

    @TempDir
    private Path directory;

    private Disks disks;
    private Logs logs;
    private Log log;

    /** What was written, by the first offset. */
    private final TreeMap<Long, ByteBuffer> written = new TreeMap<>();

    @BeforeEach
    void open() {
        disks = new Disks(directory)
                .with("log.segment.bytes", 2000)
                .with("log.index.interval.bytes", 300)
                .with("log.scrub.interval.ms", 1000);
        logs = disks.open();
        log = disks.log(logs);
    }

    @AfterEach
    void close() {
        logs.close();
    }

    private void fill(Random random) {
        for (int i = 0; i < BATCHES; i++) {
            ByteBuffer batch = Batches.of(log.endOffset(), 0, 1 + random.nextInt(4), 1_000_000, random.nextInt(60));
            written.put(log.endOffset(), batch);
            log.append(batch);
            log.advanceHighWatermark(log.endOffset());
        }
        log.flush();
    }

    private static void scrub(Log log) {
        LogScrub scrub = log.scrub();
        long read = 0;
        while (read >= 0) {
            read = scrub.step(100);
        }
    }

    private Path file(long segmentBase) {
        return SegmentFiles.path(directory.resolve("access-0"), segmentBase, SegmentFiles.LOG);
    }

    private static void flip(Path file, long position, int mask) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, position);
            one.put(0, (byte) (one.get(0) ^ mask)).flip();
            channel.write(one, position);
        }
    }

    /** Position of the batch with this first offset in its segment. */
    private long positionOf(long offset, long segmentBase) {
        return written.subMap(segmentBase, offset).values().stream()
                .mapToLong(ByteBuffer::remaining)
                .sum();
    }

    private static ErrorCode errorOf(Log log, long offset) {
        return assertThrows(ApiException.class, () -> log.read(offset, 1 << 20, log.highWatermark(), true))
                .error();
    }

    /** Every offset is either known to be corrupt and refused, or read as it was written. */
    private void assertAllElseIsRight() {
        for (long offset = 0; offset < log.endOffset(); offset++) {
            if (log.nextReadable(offset) != offset) {
                assertEquals(ErrorCode.CORRUPT_MESSAGE, errorOf(log, offset));
                continue;
            }
            List<RecordBatch> read = Disks.batches(log.read(offset, 1 << 20, log.highWatermark(), true));
            assertFalse(read.isEmpty(), "nothing at " + offset);
            assertEquals(written.floorKey(offset), read.get(0).baseOffset());
            for (RecordBatch batch : read) {
                assertEquals(written.get(batch.baseOffset()), batch.bytes());
            }
        }
    }

    @Test
    void indexesThatAreMadeAnewReachBehindWhatIsCorrupt() throws IOException {
        for (int i = 0; i < BATCHES; i++) {
            ByteBuffer batch = Batches.of(i * 2L, 0, 2, 1000 + i);
            written.put(i * 2L, batch);
            log.append(batch);
        }
        log.advanceHighWatermark(log.endOffset());
        log.flush();
        long second = log.segmentBases().get(1);
        long broken = second / 4 * 2;
        long magic = 16;
        flip(file(0), positionOf(broken, 0) + magic, 0x55);
        scrub(log);
        assertEquals(1, log.corruptRanges().size());
        logs.close();
        for (String index : List.of(OffsetIndex.SUFFIX, TimeIndex.SUFFIX)) {
            Files.delete(SegmentFiles.path(directory.resolve("access-0"), 0, index));
        }
        logs = disks.open();
        log = disks.log(logs);

        long last = second - 2;
        assertEquals(last, log.offsetAt(1000 + last / 2).orElseThrow().offset(), "the last time of the first segment");
    }

    @Test
    void whatIsCorruptIsWholeAgainWithTheBytesOfAnotherReplica() throws IOException {
        Random random = new Random(Seeds.seed());
        fill(random);
        long base = log.segmentBases().get(1);
        flip(file(base), random.nextLong(Files.size(file(base))), 1 + random.nextInt(255));
        scrub(log);
        CorruptRange range = log.corruptRanges().get(0);
        ByteBuffer right = bytesFrom(range.firstOffset());
        int length = (int) (range.end() - range.position());
        ByteBuffer wrong =
                ByteBuffer.allocate(right.capacity()).put(right.duplicate()).flip();
        wrong.put(length - 1, (byte) ~wrong.get(length - 1));

        assertFalse(log.repair(range, wrong), "wrong checksum");
        assertFalse(log.repair(range, right.duplicate().limit(length - 1)), "too short");
        assertFalse(log.repair(range, bytesFrom(range.nextOffset())), "of other offsets");
        assertEquals(List.of(range), log.corruptRanges());
        assertTrue(log.repair(range, right));
        assertFalse(log.repair(range, right), "no such range any more");

        assertEquals(List.of(), log.corruptRanges());
        assertAllElseIsRight();
        scrub(log);
        assertEquals(List.of(), log.corruptRanges());
        logs.close();
        logs = disks.open();
        log = disks.log(logs);
        assertEquals(List.of(), log.corruptRanges());
    }

    private ByteBuffer bytesFrom(long offset) {
        ByteBuffer all = ByteBuffer.allocate(1 << 20);
        written.tailMap(offset).values().forEach(batch -> all.put(batch.duplicate()));
        return all.flip();
    }

    @Test
    void anyFlippedByteOfAClosedSegmentIsFoundAndOnlyWhatLiesAroundItIsLost() throws IOException {
        Random random = new Random(Seeds.seed());
        fill(random);
        List<Long> bases = log.segmentBases();
        for (int round = 0; round < 150; round++) {
            long base = bases.get(random.nextInt(bases.size() - 1));
            long position = random.nextLong(Files.size(file(base)));
            int mask = 1 + random.nextInt(255);
            flip(file(base), position, mask);

            scrub(log);
            List<CorruptRange> found = log.corruptRanges();
            String what = "byte " + position + " of " + base + " ^ " + mask + ": " + found;
            assertEquals(1, found.size(), what);
            assertEquals(base, found.get(0).segmentBase(), what);
            assertTrue(
                    found.get(0).position() <= position
                            && position < found.get(0).end(),
                    what);
            assertTrue(found.get(0).end() - found.get(0).position() < 1200, what);
            assertAllElseIsRight();

            flip(file(base), position, mask);
            scrub(log);
            assertEquals(List.of(), log.corruptRanges(), "it was mended");
            assertFalse(Files.exists(directory.resolve("access-0/" + DamageCheckpoint.FILE)));
        }
        assertAllElseIsRight();
    }

    @Test
    void manyFlippedBytesAtOnceAreFoundToo() throws IOException {
        Random random = new Random(Seeds.seed());
        fill(random);
        for (int i = 0; i < 12; i++) {
            List<Long> bases = log.segmentBases();
            long base = bases.get(random.nextInt(bases.size() - 1));
            flip(file(base), random.nextLong(Files.size(file(base))), 1 + random.nextInt(255));
        }
        scrub(log);
        assertFalse(log.corruptRanges().isEmpty());
        assertAllElseIsRight();
    }

    @Test
    void aSegmentOfZeroesIsLostAloneAndWhole() throws IOException {
        fill(new Random(1));
        long base = log.segmentBases().get(1);
        Files.write(file(base), new byte[(int) Files.size(file(base))], StandardOpenOption.WRITE);
        scrub(log);
        assertEquals(
                List.of(new CorruptRange(
                        base,
                        0,
                        Files.size(file(base)),
                        base,
                        log.segmentBases().get(2))),
                log.corruptRanges());
        assertAllElseIsRight();
    }

    @Test
    void aReadThatReachesCorruptBytesEndsInFrontOfThem() throws IOException {
        fill(new Random(2));
        long bad = written.higherKey(written.firstKey());
        flip(file(0), positionOf(bad, 0) + 70, 1);
        scrub(log);
        List<RecordBatch> read = Disks.batches(log.read(0, 1 << 20, log.highWatermark(), true));
        assertEquals(1, read.size());
        assertEquals(bad, read.get(0).nextOffset());
    }

    @Test
    void whatIsCorruptIsKnownAfterARestart() throws IOException {
        fill(new Random(3));
        flip(file(0), positionOf(written.higherKey(0L), 0) + 8, 0x40); // the length: no walk comes past it
        scrub(log);
        List<CorruptRange> before = log.corruptRanges();
        logs.close();
        logs = disks.open();
        log = logs.get(Disks.ACCESS).orElseThrow();
        log.advanceHighWatermark(log.endOffset());
        assertEquals(before, log.corruptRanges());
        assertAllElseIsRight();

        disks.crash();
        logs = disks.open();
        log = logs.get(Disks.ACCESS).orElseThrow();
        log.advanceHighWatermark(log.endOffset());
        assertEquals(before, log.corruptRanges(), "and after a crash");
        assertAllElseIsRight();
    }

    @Test
    void whatWasRestoredWhileTheBrokerWasDownIsServedAgain() throws IOException {
        fill(new Random(4));
        flip(file(0), 70, 1);
        scrub(log);
        assertEquals(1, log.corruptRanges().size());
        logs.close();
        flip(file(0), 70, 1);
        logs = disks.open();
        log = logs.get(Disks.ACCESS).orElseThrow();
        assertEquals(List.of(), log.corruptRanges());
    }

    @Test
    void offsetsOfACorruptEndAreNotGivenAgainAfterARestart() throws IOException {
        fill(new Random(5));
        long last = written.lastKey();
        long base = log.segmentBases().get(log.segmentBases().size() - 1);
        flip(file(base), positionOf(last, base) + 8, 0x40);
        scrub(log);
        long end = log.endOffset();
        assertEquals(ErrorCode.CORRUPT_MESSAGE, errorOf(log, last));
        logs.close();
        logs = disks.open();
        log = logs.get(Disks.ACCESS).orElseThrow();
        assertEquals(end, log.endOffset());
        log.append(Batches.of(end, 0, 1, 1_000_000));
        log.advanceHighWatermark(log.endOffset());
        assertEquals(
                end,
                Disks.batches(log.read(end, 1 << 20, log.highWatermark(), true))
                        .get(0)
                        .baseOffset());
    }

    @Test
    void theEntryOfADeletedSegmentGoesWithIt() throws IOException {
        fill(new Random(6));
        flip(file(0), 70, 1);
        scrub(log);
        assertEquals(1, log.corruptRanges().size());
        log.deleteRecordsBefore(log.segmentBases().get(1));
        assertEquals(List.of(), log.corruptRanges());
        assertFalse(Files.exists(directory.resolve("access-0/" + DamageCheckpoint.FILE)));
    }

    @Test
    void whatIsCutOffIsForgottenAndItsOffsetsAreGoodAgain() throws IOException {
        fill(new Random(7));
        long base = log.segmentBases().get(2);
        flip(file(base), 70, 1);
        scrub(log);
        assertEquals(ErrorCode.CORRUPT_MESSAGE, errorOf(log, base));
        log.truncateTo(base);
        assertEquals(List.of(), log.corruptRanges());
        log.append(Batches.of(base, 0, 1, 1_000_000));
        log.advanceHighWatermark(log.endOffset());
        assertEquals(
                base,
                Disks.batches(log.read(base, 1 << 20, log.highWatermark(), true))
                        .get(0)
                        .baseOffset());
    }

    @Test
    void whoeverOpensABatchCanReportIt() throws IOException {
        fill(new Random(8));
        long bad = written.higherKey(written.higherKey(0L));
        assertFalse(log.suspect(bad), "nothing is wrong with it yet");
        flip(file(0), positionOf(bad, 0) + 65, 2);
        assertTrue(log.suspect(bad));
        assertEquals(ErrorCode.CORRUPT_MESSAGE, errorOf(log, bad));
        assertAllElseIsRight();
    }

    @Test
    void aDamagedCheckpointIsPassedOver() throws IOException {
        fill(new Random(9));
        logs.close();
        Files.writeString(directory.resolve("access-0/" + DamageCheckpoint.FILE), "0\n1\n0 5 x 3\n");
        logs = disks.open();
        log = logs.get(Disks.ACCESS).orElseThrow();
        log.advanceHighWatermark(log.endOffset());
        assertEquals(List.of(), log.corruptRanges());
        assertAllElseIsRight();
    }

    @Test
    void roundsReadEverythingSlowlyAndBeginAgain() throws IOException {
        fill(new Random(10));
        flip(file(0), 70, 1);
        logs.startHousekeeping();
        assertEquals(0, logs.scrubStatus().bytesRead());
        for (int i = 0; i < 40; i++) {
            disks.clock.advance(1000);
            disks.background.runDue();
        }
        ScrubStatus status = logs.scrubStatus();
        assertEquals(1, status.corruptRanges());
        assertTrue(status.rounds() > 1, status.toString());
        assertEquals(log.sizeInBytes() * status.rounds(), status.bytesRead(), status.toString());
    }

    @Test
    void aRateOfZeroReadsNothing() throws IOException {
        logs.close();
        logs = disks.with("log.scrub.bytes.per.second", 0).open();
        log = disks.log(logs);
        fill(new Random(11));
        logs.startHousekeeping();
        disks.clock.advance(TimeUnit.DAYS.toMillis(30));
        disks.background.runDue();
        assertEquals(0, logs.scrubStatus().bytesRead());
    }

    @Test
    void whatIsFoundBehindAScrubIsStillKnownWhenTheScrubIsDone() throws IOException {
        fill(new Random(13));
        LogScrub scrub = log.scrub();
        scrub.step(1000);
        flip(file(0), 70, 1);
        assertTrue(log.suspect(0));
        while (scrub.step(1000) >= 0) {}
        assertEquals(ErrorCode.CORRUPT_MESSAGE, errorOf(log, 0));
        scrub(log);
        assertEquals(1, log.corruptRanges().size());
        flip(file(0), 70, 1);
        scrub(log);
        assertEquals(List.of(), log.corruptRanges());
    }

    @Test
    void aScrubOfADeletedLogDoesNotReadItsNamesakesFiles() throws IOException {
        fill(new Random(14));
        LogScrub scrub = log.scrub();
        scrub.step(100);
        logs.delete(Disks.ACCESS);
        Log namesake = disks.log(logs);
        for (int i = 0; i < BATCHES; i++) {
            namesake.append(Batches.of(namesake.endOffset(), 0, 9, 1_000_000, 90));
        }
        assertEquals(-1, scrub.step(100_000));
        assertEquals(List.of(), log.corruptRanges());
        assertEquals(List.of(), namesake.corruptRanges());
    }

    @Test
    void aLargeBatchThatWasRestoredIsServedAgain() throws IOException {
        log.append(Batches.of(0, 0, 1, 1_000_000, 20_000));
        log.append(Batches.of(1, 0, 1, 1_000_000, 100));
        log.flush();
        flip(file(0), 15_000, 1);
        scrub(log);
        assertEquals(1, log.corruptRanges().size());
        logs.close();
        flip(file(0), 15_000, 1);
        logs = disks.open();
        log = logs.get(Disks.ACCESS).orElseThrow();
        assertEquals(List.of(), log.corruptRanges());
    }

    @Test
    void aScrubGoesOnWhileSegmentsAreDeletedUnderIt() throws IOException {
        fill(new Random(12));
        List<Long> bases = new ArrayList<>(log.segmentBases());
        long bad = bases.get(3);
        flip(file(bad), 70, 1);
        LogScrub scrub = log.scrub();
        scrub.step(100);
        log.deleteRecordsBefore(bases.get(2));
        long read = 0;
        while (read >= 0) {
            read = scrub.step(100);
        }
        assertEquals(ErrorCode.CORRUPT_MESSAGE, errorOf(log, bad));
        log.deleteRecordsBefore(written.higherKey(bad));
        assertAllReadable(written.higherKey(bad));
    }

    private void assertAllReadable(long from) {
        for (long offset = log.nextReadable(from); offset < log.endOffset(); offset++) {
            assertFalse(Disks.batches(log.read(offset, 1, log.highWatermark(), true))
                    .isEmpty());
        }
    }
}
