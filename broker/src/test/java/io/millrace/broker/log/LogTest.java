package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.Records;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class LogTest {
    private static final long ALL = Long.MAX_VALUE;

    @TempDir
    Path disk;

    private Disks disks;
    private Logs logs;
    private Log log;

    @BeforeEach
    void open() {
        disks = new Disks(disk).with("log.segment.bytes", 400).with("log.index.interval.bytes", 200);
        logs = disks.open();
        log = disks.log(logs);
    }

    @AfterEach
    void close() {
        logs.close();
    }

    private void append(long baseOffset, int epoch, int records, long timestamp) {
        log.append(Batches.of(baseOffset, epoch, records, timestamp));
    }

    /** Ten batches of two records, offsets 0 to 19, in several segments. */
    private void appendTen() {
        for (int i = 0; i < 10; i++) {
            append(i * 2L, 0, 2, 1000 + i);
        }
    }

    private List<RecordBatch> read(long offset, int maxBytes, long bound) {
        return Disks.batches(log.read(offset, maxBytes, bound, true));
    }

    @Test
    void aNewLogIsEmptyFromZeroToZero() {
        assertEquals(0, log.startOffset());
        assertEquals(0, log.endOffset());
        assertEquals(0, log.highWatermark());
        assertEquals(0, log.read(0, 100, ALL, true).sizeInBytes());
    }

    @Test
    void readsBackTheVeryBytesThatWereAppended() {
        ByteBuffer batch = Batches.of(0, 3, 5, 1234);
        log.append(batch);

        assertEquals(0, batch.position(), "the caller's buffer stays as it is");
        assertEquals(5, log.endOffset());
        assertEquals(batch, Disks.bytes(log.read(0, 10_000, ALL, true)));
    }

    @Test
    void everyOffsetIsFoundInTheBatchThatHoldsIt() {
        appendTen();
        assertTrue(log.segmentBases().size() > 1);

        for (long offset = 0; offset < 20; offset++) {
            RecordBatch first = read(offset, 1, ALL).get(0);
            assertEquals(offset / 2 * 2, first.baseOffset(), "offset " + offset);
        }
    }

    @Test
    void aReadEndsAtMaxBytesButGivesTheFirstBatchWholeIfAsked() {
        appendTen();
        int size = read(0, 1, ALL).get(0).sizeInBytes();

        assertEquals(size, log.read(0, size - 1, ALL, true).sizeInBytes());
        assertEquals(size - 1, log.read(0, size - 1, ALL, false).sizeInBytes());
        assertEquals(size + 7, log.read(0, size + 7, ALL, true).sizeInBytes());
        assertEquals(0, log.read(0, 0, ALL, false).sizeInBytes());
    }

    @Test
    void aReadEndsBeforeTheBatchThatReachesItsBound() {
        appendTen();

        for (long bound = 0; bound <= 20; bound++) {
            for (long offset = 0; offset <= bound; offset++) {
                long next = offset;
                while (next < bound) {
                    List<RecordBatch> batches = read(next, 1 << 20, bound);
                    if (batches.isEmpty()) {
                        break;
                    }
                    next = batches.get(batches.size() - 1).nextOffset();
                }
                long whole = bound / 2 * 2;
                assertEquals(Math.max(whole, offset), next, "from " + offset + " to " + bound);
            }
        }
    }

    @Test
    void theHighWatermarkBoundsAReadThatAsksForIt() {
        appendTen();
        log.advanceHighWatermark(14);
        append(20, 0, 2, 2000);

        long next = 0;
        while (next < 14) {
            List<RecordBatch> batches = read(next, 1 << 20, log.highWatermark());
            next = batches.get(batches.size() - 1).nextOffset();
        }
        assertEquals(14, next);
        assertEquals(0, log.read(14, 100, log.highWatermark(), true).sizeInBytes());
    }

    @Test
    void theHighWatermarkNeverGoesBackAndNeverPassesTheEnd() {
        appendTen();
        log.advanceHighWatermark(10);
        log.advanceHighWatermark(4);

        assertEquals(10, log.highWatermark());
        log.advanceHighWatermark(21);
        assertEquals(20, log.highWatermark());
    }

    @Test
    void offsetsOutsideOfTheLogAreOutOfRange() {
        appendTen();

        assertError(ErrorCode.OFFSET_OUT_OF_RANGE, () -> log.read(21, 100, ALL, true));
        assertError(ErrorCode.OFFSET_OUT_OF_RANGE, () -> log.read(-1, 100, ALL, true));
        assertEquals(0, log.read(20, 100, ALL, true).sizeInBytes());
    }

    @Test
    void offsetsThatGoBackAreTheCallersMistake() {
        appendTen();
        long size = log.sizeInBytes();

        assertThrows(IllegalStateException.class, () -> append(19, 0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> log.append(ByteBuffer.allocate(70)));
        assertEquals(20, log.endOffset());
        assertEquals(size, log.sizeInBytes());
    }

    @Test
    void severalBatchesAppendedAtOnceAreSeveralBatches() {
        log.append(Batches.join(Batches.of(0, 0, 2, 1), Batches.of(2, 0, 3, 2), Batches.of(10, 1, 1, 3)));

        assertEquals(11, log.endOffset());
        assertEquals(3, read(0, 1 << 20, ALL).size());
        assertEquals(10, read(7, 1 << 20, ALL).get(0).baseOffset(), "a gap leads to what is behind it");
    }

    @Test
    void aSegmentIsNotLargerThanConfigured() {
        appendTen();

        for (long base : log.segmentBases()) {
            assertTrue(SegmentFiles.path(disk.resolve("access-0"), base, ".log")
                            .toFile()
                            .length()
                    <= 1000);
        }
    }

    @Test
    void aSegmentEndsWhenItsRecordsSpanTooLongATime() {
        log.configure(log.config().withTopicOverrides(Map.of("segment.ms", "500")));
        append(0, 0, 1, 10_000);
        append(1, 0, 1, 10_500);
        append(2, 0, 1, 10_501);

        assertEquals(List.of(0L, 2L), log.segmentBases());
    }

    @Test
    void aSegmentWithoutTimestampsEndsByTheClock() {
        log.configure(log.config().withTopicOverrides(Map.of("segment.ms", "500")));
        append(0, 0, 1, -1);
        append(1, 0, 1, -1);
        disks.clock.advance(501);
        append(2, 0, 1, -1);

        assertEquals(List.of(0L, 2L), log.segmentBases());
    }

    @Test
    void jitterMakesASegmentEndEarlierNeverLater() {
        log.configure(log.config()
                .withTopicOverrides(
                        Map.of("segment.ms", "1000", "segment.jitter.ms", "1000", "segment.bytes", "100000")));
        for (int i = 0; i < 100; i++) {
            append(i, 0, 1, i * 100L);
        }

        List<Long> bases = log.segmentBases();
        for (int i = 1; i < bases.size(); i++) {
            assertTrue(bases.get(i) - bases.get(i - 1) <= 11, bases.toString());
        }
        assertTrue(bases.size() > 11, bases.toString());
    }

    @Test
    void aSegmentEndsWhenItsIndexIsFull() {
        log.configure(log.config().withTopicOverrides(Map.of("segment.index.bytes", "24", "segment.bytes", "100000")));
        for (int i = 0; i < 40; i++) {
            append(i, 0, 1, i);
        }

        assertTrue(log.segmentBases().size() > 3);
    }

    @Test
    void anOffsetTooFarFromTheBaseBeginsASegment() {
        append(0, 0, 1, 1);
        append(3_000_000_000L, 0, 1, 2);

        assertEquals(List.of(0L, 1L), log.segmentBases().subList(0, 2));
        assertEquals(3_000_000_001L, log.endOffset());
        assertEquals(3_000_000_000L, read(1, 1000, ALL).get(0).baseOffset());
    }

    @Test
    void deletingRecordsMovesTheStartAndFreesWholeSegments() {
        appendTen();
        List<Long> before = log.segmentBases();
        log.advanceHighWatermark(20);

        assertEquals(11, log.deleteRecordsBefore(11));

        assertEquals(11, log.startOffset());
        assertTrue(log.segmentBases().size() < before.size());
        assertTrue(log.segmentBases().get(0) <= 11);
        assertError(ErrorCode.OFFSET_OUT_OF_RANGE, () -> log.read(10, 100, ALL, true));
        assertEquals(10, read(11, 1, ALL).get(0).baseOffset());
        assertEquals(11, log.deleteRecordsBefore(5), "never back");
        assertError(ErrorCode.OFFSET_OUT_OF_RANGE, () -> log.deleteRecordsBefore(21));
    }

    @Test
    void deletedSegmentsLoseTheirNamesAtOnceAndTheirBytesLater() throws Exception {
        appendTen();
        log.advanceHighWatermark(20);
        log.deleteRecordsBefore(20);

        assertTrue(Disks.names(disk.resolve("access-0")).stream().anyMatch(name -> name.endsWith(".log.deleted")));
        disks.clock.advance(60_000);
        disks.background.runDue();
        assertFalse(Disks.names(disk.resolve("access-0")).stream().anyMatch(name -> name.endsWith(".deleted")));
    }

    @Test
    void aSliceStaysReadableUntilReleasedWhateverBecomesOfItsSegment() {
        appendTen();
        log.advanceHighWatermark(20);
        ByteBuffer expected = Disks.bytes(log.read(0, 1000, ALL, true));
        Records slice = log.read(0, 1000, ALL, true);

        log.deleteRecordsBefore(20);
        disks.clock.advance(60_000);
        disks.background.runDue();
        assertEquals(expected, Disks.copy(slice));

        logs.delete(Disks.ACCESS);
        disks.clock.advance(60_000);
        disks.background.runDue();
        assertFalse(Files.exists(disk.resolve("access-0")));
        assertEquals(expected, Disks.copy(slice));

        slice.release();
        slice.release(); // once more does no harm
        assertEquals(expected, Disks.copy(slice), "who sends slices does not wait until the blocks are freed");
        disks.background.runDue();
        assertThrows(RuntimeException.class, () -> Disks.copy(slice), "the last one out closes the file");
    }

    @Test
    void oldSegmentsGoByTheirLargestTimestamp() {
        appendTen();
        log.advanceHighWatermark(20);
        log.configure(log.config().withTopicOverrides(Map.of("retention.ms", "5000")));
        disks.clock.advance(1005 + 5000 - 1_000_000);
        logs.housekeeping().applyRetention();

        assertTrue(log.startOffset() > 0);
        assertTrue(log.startOffset() <= 12, "the record of time 1005 and what is with it stays");
        assertEquals(log.segmentBases().get(0), log.startOffset());
    }

    @Test
    void theLastSegmentGoesTooOnceItIsTooOld() {
        appendTen();
        log.advanceHighWatermark(20);
        log.configure(log.config().withTopicOverrides(Map.of("retention.ms", "5000")));
        logs.housekeeping().applyRetention();

        assertEquals(20, log.startOffset());
        assertEquals(20, log.endOffset());
        assertEquals(List.of(20L), log.segmentBases());
        append(20, 0, 1, 5);
        assertEquals(21, log.endOffset());
    }

    @Test
    void retentionStopsAtTheHighWatermark() {
        appendTen();
        log.advanceHighWatermark(7);
        log.configure(log.config().withTopicOverrides(Map.of("retention.ms", "0")));
        logs.housekeeping().applyRetention();

        assertTrue(log.startOffset() <= 7);
        assertTrue(log.startOffset() > 0);
    }

    @Test
    void asManyBytesStayAsRetentionAsksFor() {
        appendTen();
        log.advanceHighWatermark(20);
        long size = log.sizeInBytes();
        log.configure(log.config().withTopicOverrides(Map.of("retention.bytes", "500")));
        logs.housekeeping().applyRetention();

        assertTrue(log.sizeInBytes() >= 500);
        assertTrue(log.sizeInBytes() < size);
        assertTrue(log.sizeInBytes() < 1000);
    }

    @Test
    void retentionLeavesALogThatIsOnlyCompactedAlone() {
        appendTen();
        log.advanceHighWatermark(20);
        log.configure(log.config()
                .withTopicOverrides(Map.of("retention.ms", "0", "retention.bytes", "0", "cleanup.policy", "compact")));
        logs.housekeeping().applyRetention();

        assertEquals(0, log.startOffset());
    }

    @Test
    void truncationCutsInFrontOfTheBatchThatHoldsTheOffset() {
        for (int target = 0; target <= 20; target++) {
            logs.delete(Disks.ACCESS);
            log = disks.log(logs);
            appendTen();
            log.advanceHighWatermark(20);
            Records slice = log.read(16, 1000, ALL, true);
            ByteBuffer before = Disks.copy(slice);

            log.truncateTo(target);

            assertEquals(target / 2 * 2L, log.endOffset(), "truncated to " + target);
            assertEquals(log.endOffset(), log.highWatermark());
            assertEquals(target / 2, Disks.readAll(log).size());
            assertEquals(before, Disks.copy(slice), "a slice that is on its way stays as it was");
            slice.release();
            append(log.endOffset(), 1, 3, 5000);
            assertEquals(target / 2 + 1, Disks.readAll(log).size());
        }
    }

    @Test
    void truncationForgetsEpochsAndSequencesOfWhatItCuts() {
        log.append(Batches.produced(0, 2, 77, 0, 0));
        append(2, 4, 2, 10);
        log.append(Batches.produced(4, 2, 77, 0, 2));
        log.append(Batches.produced(6, 2, 88, 0, 0));

        log.truncateTo(2);

        assertEquals(0, log.leaderEpochs().latest().orElseThrow());
        assertEquals(1, log.producers().active().size());
        assertEquals(1, log.producers().active().get(0).lastSequence());
    }

    @Test
    void segmentsOfOneNameMayBeDroppedOneAfterTheOther() {
        for (int round = 0; round < 3; round++) {
            appendTen();
            log.truncateTo(0);
        }
        appendTen();
        log.advanceHighWatermark(20);
        log.deleteRecordsBefore(20);
        disks.clock.advance(60_000);
        disks.background.runDue();

        assertEquals(20, log.endOffset());
        assertTrue(logs.directories().get(0).isOnline());
    }

    @Test
    void flushingMovesTheRecoveryPointToTheEnd() {
        appendTen();
        assertTrue(log.unflushedBytes() > 0);

        log.flush();

        assertEquals(20, log.recoveryPoint());
        assertEquals(0, log.unflushedBytes());
        append(20, 0, 1, 1);
        assertTrue(log.unflushedBytes() < 200, "only what came since");
    }

    @Test
    void anEpochBeginsWithItsFirstBatch() {
        append(0, 2, 2, 1);
        append(2, 2, 2, 1);
        append(4, 5, 2, 1);

        assertEquals(
                List.of(new LeaderEpochs.EpochStart(2, 0), new LeaderEpochs.EpochStart(5, 4)),
                log.leaderEpochs().all());
    }

    @Test
    void aDeletedLogSaysSo() {
        appendTen();
        logs.delete(Disks.ACCESS);

        assertError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, () -> log.read(0, 100, ALL, true));
        assertError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, () -> append(20, 0, 1, 1));
        assertTrue(logs.directories().get(0).isOnline());
    }

    @Test
    void aClosedLogSaysSo() {
        appendTen();
        logs.close();

        assertError(ErrorCode.NOT_LEADER_OR_FOLLOWER, () -> log.read(0, 100, ALL, true));
        assertError(ErrorCode.NOT_LEADER_OR_FOLLOWER, () -> append(20, 0, 1, 1));
    }

    static void assertError(ErrorCode expected, Executable call) {
        assertEquals(expected, assertThrows(ApiException.class, call).error());
    }
}
