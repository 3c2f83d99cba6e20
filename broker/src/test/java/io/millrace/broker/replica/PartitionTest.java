package io.millrace.broker.replica;

import static io.millrace.broker.replica.MovedClock.START_MS;
import static io.millrace.broker.replica.ReplicaHouse.batch;
import static io.millrace.broker.replica.ReplicaHouse.batches;
import static io.millrace.broker.replica.ReplicaHouse.building;
import static io.millrace.broker.replica.ReplicaHouse.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.cluster.PartitionState;
import io.millrace.broker.log.LeaderEpochs.EpochEnd;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.record.RecordBatch;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class PartitionTest {
    private static final int ANY_EPOCH = -1;
    private static final int PLENTY = 1 << 20;

    @TempDir
    private Path directory;

    private ReplicaHouse house;
    private Partition partition;

    @BeforeEach
    void makeOne() {
        house = new ReplicaHouse(directory).started();
        house.topic("t", 1);
        partition = house.partition("t", 0);
    }

    @AfterEach
    void stop() {
        house.close();
    }

    private void lead(int leaderEpoch) {
        partition.lead(
                List.of(ReplicaHouse.SELF),
                new PartitionState(
                        ReplicaHouse.SELF,
                        leaderEpoch,
                        List.of(ReplicaHouse.SELF),
                        PartitionState.RECOVERED,
                        leaderEpoch));
    }

    private Read read(long offset) {
        return partition.read(offset, PLENTY, true, ANY_EPOCH, ANY_EPOCH);
    }

    private static void assertFails(ErrorCode error, Executable work) {
        assertEquals(error, assertThrows(ApiException.class, work).error());
    }

    // ---- append

    @Test
    void anAppendStampsOffsetAndEpochInPlaceAndLeavesTheCrcRight() {
        lead(7);
        partition.append(only(batch("a", "b")));
        RecordBatch sent = only(batch("c", "d", "e"));
        Appended appended = partition.append(sent);
        assertEquals(new Appended(2, 4, -1, 0), appended);
        assertEquals(2, sent.baseOffset());
        assertEquals(7, sent.leaderEpoch());
        List<RecordBatch> stored = batches(read(0).records());
        assertEquals(
                List.of(0L, 2L), stored.stream().map(RecordBatch::baseOffset).toList());
        assertTrue(stored.stream().allMatch(RecordBatch::hasValidCrc));
        assertTrue(stored.stream().noneMatch(RecordBatch::isLogAppendTime));
        assertEquals(START_MS + 2000, stored.get(1).maxTimestamp());
    }

    @Test
    void onAFullDiskProducersAreRefusedHoweverManyBatchesTheyBring() {
        house.close();
        house = new ReplicaHouse(List.of(directory.resolve("full")), Map.of("log.dir.min.free.bytes", "" + (1L << 60)))
                .started();
        house.topic("t", 1);
        partition = house.partition("t", 0);
        house.logs.startHousekeeping();
        assertFails(ErrorCode.KAFKA_STORAGE_ERROR, () -> {
            while (true) { // until the disk has been looked at
                partition.log().requireRoom();
                Thread.onSpinWait();
            }
        });
        assertFails(ErrorCode.KAFKA_STORAGE_ERROR, () -> partition.append(only(batch("a"))));
        assertFails(
                ErrorCode.KAFKA_STORAGE_ERROR, () -> partition.appendAll(List.of(only(batch("a")), only(batch("b")))));
        int epoch = partition.leaderEpoch().orElseThrow();
        assertEquals(0, partition.append(only(batch("a")), epoch).baseOffset(), "what is the broker's own goes on");
    }

    @Test
    void aProducerThatClaimsTheTimeOfAppendKeepsItsOwnTimesWithoutTheMark() {
        partition.append(
                only(building(START_MS, "a").logAppendTime(START_MS + 77).build()));
        RecordBatch stored = batches(read(0).records()).get(0);
        assertFalse(stored.isLogAppendTime());
        assertEquals(START_MS + 77, stored.maxTimestamp());
        assertTrue(stored.hasValidCrc());
    }

    @Test
    void whereTheTopicWantsItRecordsGetTheTimeOfTheAppend() {
        house.topic("stamped", 1, Map.of("message.timestamp.type", "LogAppendTime"));
        partition = house.partition("stamped", 0);
        house.clock.advance(5000);
        Appended appended = partition.append(only(batch("a", "b")));
        assertEquals(START_MS + 5000, appended.appendTimeMs());
        RecordBatch stored = batches(read(0).records()).get(0);
        assertTrue(stored.isLogAppendTime());
        assertEquals(START_MS + 5000, stored.maxTimestamp());
        assertTrue(stored.hasValidCrc());
    }

    @Test
    void aBatchSentTwiceIsAppendedOnceAndAnsweredAsTheFirstTime() {
        Appended first = partition.append(
                only(building(START_MS, "a", "b").producer(9, (short) 0, 0).build()));
        partition.append(only(batch("between")));
        Appended again = partition.append(
                only(building(START_MS, "a", "b").producer(9, (short) 0, 0).build()));
        assertEquals(first, again);
        assertEquals(3, partition.end(true).offset());
    }

    @Test
    void aDuplicateOfAStampedBatchTellsTheTimeOfTheFirstAppend() {
        house.topic("stamped", 1, Map.of("message.timestamp.type", "LogAppendTime"));
        partition = house.partition("stamped", 0);
        Appended first = partition.append(
                only(building(START_MS, "a").producer(9, (short) 0, 0).build()));
        house.clock.advance(5000);
        Appended again = partition.append(
                only(building(START_MS, "a").producer(9, (short) 0, 0).build()));
        assertEquals(first, again);
    }

    @Test
    void aSequenceWithAGapOrAnOldProducerEpochIsRefusedAndNothingIsAppended() {
        partition.append(only(building(START_MS, "a").producer(9, (short) 1, 0).build()));
        assertFails(
                ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
                () -> partition.append(
                        only(building(START_MS, "c").producer(9, (short) 1, 2).build())));
        assertFails(
                ErrorCode.INVALID_PRODUCER_EPOCH,
                () -> partition.append(
                        only(building(START_MS, "b").producer(9, (short) 0, 1).build())));
        assertEquals(1, partition.end(true).offset());
        assertEquals(0, partition.producers().get(0).lastSequence());
    }

    @Test
    void anAppendForOneEpochIsRefusedAtAnother() {
        lead(3);
        assertFails(ErrorCode.NOT_LEADER_OR_FOLLOWER, () -> partition.append(only(batch("a")), 2));
        assertEquals(0, partition.append(only(batch("a")), 3).baseOffset());
    }

    @Test
    void whoDoesNotLeadTakesNothing() {
        partition.resign(false);
        assertFails(ErrorCode.NOT_LEADER_OR_FOLLOWER, () -> partition.append(only(batch("a"))));
        assertFails(ErrorCode.NOT_LEADER_OR_FOLLOWER, () -> read(0));
        assertFails(ErrorCode.NOT_LEADER_OR_FOLLOWER, () -> partition.deleteRecordsBefore(0, false));
        assertFails(ErrorCode.NOT_LEADER_OR_FOLLOWER, partition::producers);
        assertEquals(Optional.empty(), partition.leaderEpoch());
    }

    @Test
    void whatIsDeletedStaysSo() {
        partition.resign(true);
        partition.resign(false);
        lead(9);
        assertFails(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, () -> partition.append(only(batch("a"))));
        assertFails(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, () -> read(0));
    }

    // ---- read

    @Test
    void readingAtTheEndGivesNothingAndOutsideOfTheLogIsAnError() {
        partition.append(only(batch("a", "b")));
        Read atEnd = read(2);
        assertEquals(0, atEnd.records().sizeInBytes());
        assertEquals(2, atEnd.highWatermark());
        assertFails(ErrorCode.OFFSET_OUT_OF_RANGE, () -> read(3));
        assertFails(ErrorCode.OFFSET_OUT_OF_RANGE, () -> read(-1));
        partition.deleteRecordsBefore(1, false);
        assertFails(ErrorCode.OFFSET_OUT_OF_RANGE, () -> read(0));
        assertEquals(1, read(1).logStartOffset());
    }

    @Test
    void recordsBeginWithAWholeBatchOrThereAreNone() {
        partition.append(only(batch("a")));
        partition.append(only(batch("a longer one")));
        int first = only(batch("a")).sizeInBytes();
        for (int room = 0; room < first; room++) {
            assertEquals(
                    0,
                    partition
                            .read(0, room, false, ANY_EPOCH, ANY_EPOCH)
                            .records()
                            .sizeInBytes(),
                    "room for " + room);
        }
        for (int room = first; room < first + 20; room++) {
            Read read = partition.read(0, room, false, ANY_EPOCH, ANY_EPOCH);
            assertEquals(room, read.records().sizeInBytes());
            assertEquals(1, batches(read.records()).size());
        }
        Read whole = partition.read(0, 1, true, ANY_EPOCH, ANY_EPOCH);
        assertEquals(first, whole.records().sizeInBytes());
        whole.records().release();
    }

    @Test
    void aClientWithAnotherLeaderEpochIsTold() {
        lead(5);
        partition.append(only(batch("a")));
        assertFails(ErrorCode.FENCED_LEADER_EPOCH, () -> partition.read(0, PLENTY, true, 4, ANY_EPOCH));
        assertFails(ErrorCode.UNKNOWN_LEADER_EPOCH, () -> partition.read(0, PLENTY, true, 6, ANY_EPOCH));
        assertEquals(
                1,
                batches(partition.read(0, PLENTY, true, 5, ANY_EPOCH).records()).size());
    }

    @Test
    void aReaderWhoseHistoryDepartsIsToldWhereAndGetsNothing() {
        lead(2);
        partition.append(only(batch("a", "b", "c")));
        lead(4);
        partition.append(only(batch("d")));
        Read longer = partition.read(4, PLENTY, true, ANY_EPOCH, 2);
        assertEquals(Optional.of(new EpochEnd(2, 3)), longer.divergence());
        assertEquals(0, longer.records().sizeInBytes());
        Read unknownBetween = partition.read(4, PLENTY, true, ANY_EPOCH, 3);
        assertEquals(Optional.of(new EpochEnd(2, 3)), unknownBetween.divergence());
        Read same = partition.read(3, PLENTY, true, ANY_EPOCH, 2);
        assertEquals(Optional.empty(), same.divergence());
        assertEquals(1, batches(same.records()).size());
        assertFails(ErrorCode.OFFSET_OUT_OF_RANGE, () -> partition.read(4, PLENTY, true, ANY_EPOCH, 5));
    }

    // ---- epochs

    @Test
    void theEndOfAnEpochIsWhereTheNextOneBegins() {
        lead(2);
        partition.append(only(batch("a", "b", "c")));
        lead(4);
        partition.append(only(batch("d")));
        assertEquals(new EpochEnd(2, 3), partition.endOfEpoch(2));
        assertEquals(new EpochEnd(2, 3), partition.endOfEpoch(3));
        assertEquals(new EpochEnd(4, 4), partition.endOfEpoch(4));
        assertEquals(new EpochEnd(-1, -1), partition.endOfEpoch(5));
        assertEquals(new EpochEnd(-1, -1), partition.endOfEpoch(-1));
        assertEquals(new EpochEnd(0, 0), partition.endOfEpoch(0));
    }

    @Test
    void anEpochThatWasToldWithTheLogEndIsKnownBeforeItsFirstRecord() {
        lead(2);
        partition.append(only(batch("a")));
        lead(6);
        OffsetAt end = partition.end(false);
        assertEquals(new OffsetAt(1, -1, 6), end);
        assertEquals(new EpochEnd(6, 1), partition.endOfEpoch(end.leaderEpoch()));
        assertEquals(new EpochEnd(2, 1), partition.endOfEpoch(5));
        assertEquals(new EpochEnd(2, 1), partition.endOfEpoch(2));
        assertEquals(new EpochEnd(-1, -1), partition.endOfEpoch(7));
        assertEquals(Optional.empty(), partition.read(1, PLENTY, true, 6, 6).divergence());
        partition.append(only(batch("b")));
        assertEquals(new EpochEnd(6, 2), partition.endOfEpoch(6));
        assertEquals(new EpochEnd(2, 1), partition.endOfEpoch(5));
    }

    @Test
    void anEmptyLogKnowsTheEpochThatItIsLedAt() {
        assertEquals(new EpochEnd(0, 0), partition.endOfEpoch(0));
        assertEquals(new EpochEnd(-1, -1), partition.endOfEpoch(1));
    }

    // ---- look up

    @Test
    void offsetsAreFoundByTime() {
        partition.append(only(building(START_MS, "a", "b").build()));
        partition.append(only(building(START_MS + 10_000, "c").build()));
        partition.append(only(building(START_MS + 5_000, "late").build()));
        assertEquals(new OffsetAt(0, START_MS, 0), partition.offsetAt(0));
        assertEquals(new OffsetAt(1, START_MS + 1000, 0), partition.offsetAt(START_MS + 1));
        assertEquals(new OffsetAt(2, START_MS + 10_000, 0), partition.offsetAt(START_MS + 2000));
        assertEquals(OffsetAt.NONE, partition.offsetAt(START_MS + 10_001));
        assertEquals(new OffsetAt(2, START_MS + 10_000, 0), partition.offsetOfMaxTimestamp());
        assertEquals(new OffsetAt(0, -1, 0), partition.start());
        assertEquals(new OffsetAt(4, -1, 0), partition.end(false));
    }

    @Test
    void anEmptyLogHasNoTimes() {
        assertEquals(OffsetAt.NONE, partition.offsetAt(0));
        assertEquals(OffsetAt.NONE, partition.offsetOfMaxTimestamp());
    }

    // ---- delete

    @Test
    void recordsAreDeletedUpToTheHighWatermarkAndNeverComeBack() {
        partition.append(only(batch("a", "b", "c")));
        assertEquals(2, partition.deleteRecordsBefore(2, false));
        assertEquals(2, partition.deleteRecordsBefore(1, false));
        assertFails(ErrorCode.OFFSET_OUT_OF_RANGE, () -> partition.deleteRecordsBefore(4, false));
        assertFails(ErrorCode.OFFSET_OUT_OF_RANGE, () -> partition.deleteRecordsBefore(-2, false));
        assertEquals(3, partition.deleteRecordsBefore(-1, true));
        assertEquals(3, partition.append(only(batch("d"))).baseOffset());
    }

    @Test
    void aCompactedLogIsNotShortenedByOffset() {
        house.topic("__consumer_offsets", 1, Map.of("cleanup.policy", "compact"));
        partition = house.partition("__consumer_offsets", 0);
        partition.append(only(batch("a")));
        assertFails(ErrorCode.POLICY_VIOLATION, () -> partition.deleteRecordsBefore(1, false));
    }

    // ---- wait

    @Test
    void whoWaitsIsWokenByAppendsAndChangesOfRoleUntilRemoved() {
        AtomicInteger woken = new AtomicInteger();
        Runnable waiter = woken::incrementAndGet;
        partition.addWaiter(waiter);
        partition.append(only(batch("a")));
        assertEquals(1, woken.get());
        lead(1);
        assertEquals(2, woken.get());
        partition.resign(false);
        assertEquals(3, woken.get());
        partition.resign(true);
        assertEquals(4, woken.get());
        house.partitions.wakeAll();
        assertEquals(5, woken.get());
        partition.removeWaiter(waiter);
        house.partitions.wakeAll();
        assertEquals(5, woken.get());
    }

    @Test
    void aDuplicateWakesNobody() {
        AtomicInteger woken = new AtomicInteger();
        partition.append(only(building(START_MS, "a").producer(9, (short) 0, 0).build()));
        partition.addWaiter(woken::incrementAndGet);
        partition.append(only(building(START_MS, "a").producer(9, (short) 0, 0).build()));
        assertEquals(0, woken.get());
    }

    @Test
    void whoIsWokenSeesTheRecordsThatWokeIt() {
        List<Long> seen = new ArrayList<>();
        partition.addWaiter(() -> seen.add(read(0).highWatermark()));
        partition.append(only(batch("a")));
        partition.append(only(batch("b", "c")));
        assertEquals(List.of(1L, 3L), seen);
    }

    // ---- all at once

    @Test
    void manyWritersAndReadersAgreeOnOneOrder() throws Exception {
        int writers = 4;
        int each = 200;
        AtomicBoolean done = new AtomicBoolean();
        List<CompletableFuture<Void>> writing = new ArrayList<>();
        for (int w = 0; w < writers; w++) {
            int writer = w;
            writing.add(CompletableFuture.runAsync(() -> {
                long last = -1;
                for (int i = 0; i < each; i++) {
                    String text = writer + ":" + i;
                    ByteBuffer bytes = building(START_MS, text, text)
                            .producer(writer, (short) 0, 2 * i)
                            .build();
                    Appended appended = partition.append(only(bytes));
                    assertTrue(appended.baseOffset() > last);
                    last = appended.lastOffset();
                }
            }));
        }
        List<CompletableFuture<Void>> reading = new ArrayList<>();
        for (int r = 0; r < 2; r++) {
            reading.add(CompletableFuture.runAsync(() -> {
                long next = 0;
                while (!done.get() || next < partition.end(false).offset()) {
                    Read read = partition.read(next, 4096, true, ANY_EPOCH, ANY_EPOCH);
                    for (RecordBatch batch : batches(read.records())) {
                        assertEquals(next, batch.baseOffset());
                        assertTrue(batch.hasValidCrc());
                        next = batch.nextOffset();
                        assertTrue(next <= read.highWatermark());
                    }
                }
                assertEquals(2L * writers * each, next);
            }));
        }
        try {
            writing.forEach(CompletableFuture::join);
        } finally {
            done.set(true);
        }
        reading.forEach(CompletableFuture::join);
        List<String> texts = new ArrayList<>();
        long next = 0;
        while (next < partition.end(false).offset()) {
            for (RecordBatch batch : batches(read(next).records())) {
                batch.records(PLENTY)
                        .forEach(record -> texts.add(StandardCharsets.UTF_8
                                .decode(record.value().orElseThrow())
                                .toString()));
                next = batch.nextOffset();
            }
        }
        for (int w = 0; w < writers; w++) {
            String prefix = w + ":";
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < each; i++) {
                expected.add(prefix + i);
                expected.add(prefix + i);
            }
            assertEquals(
                    expected,
                    texts.stream().filter(text -> text.startsWith(prefix)).toList());
        }
    }
}
