package io.millrace.broker.replica;

import static io.millrace.broker.replica.MovedClock.START_MS;
import static io.millrace.broker.replica.ReplicaHouse.await;
import static io.millrace.broker.replica.ReplicaHouse.batches;
import static io.millrace.broker.replica.ReplicaHouse.building;
import static io.millrace.broker.replica.ReplicaHouse.only;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.log.MirrorSource;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.RecordBatch;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class MirroredLogTest {
    private static final Uuid TOPIC_ID = new Uuid(1, 2);
    private static final MirrorSource SOURCE = new MirrorSource("far", "t", TOPIC_ID);
    private static final int PLENTY = 1 << 20;

    @TempDir
    private Path directory;

    private ReplicaHouse house;
    private Partition partition;

    @BeforeEach
    void makeOne() {
        house = new ReplicaHouse(directory).started();
        house.topic("t", 1, Map.of("mirror.source", SOURCE.toString()));
        partition = house.partition("t", 0);
    }

    @AfterEach
    void stop() {
        house.close();
    }

    /** As the source has it: at its offset and epoch. */
    private static ByteBuffer stored(long offset, int epoch, String... texts) {
        ByteBuffer bytes = building(START_MS, texts).producer(77, (short) 0, 5).build();
        BatchHeader.setBaseOffset(bytes, bytes.position(), offset);
        BatchHeader.setLeaderEpoch(bytes, bytes.position(), epoch);
        return bytes;
    }

    private static ByteBuffer joined(ByteBuffer... parts) {
        ByteBuffer all = ByteBuffer.allocate(
                Stream.of(parts).mapToInt(ByteBuffer::remaining).sum());
        Stream.of(parts).forEach(part -> all.put(part.duplicate()));
        return all.flip();
    }

    private Appended mirror(long start, long from, ByteBuffer records) {
        return partition.mirrored().append(MirroredBatches.check(SOURCE, 0, start, from, records));
    }

    private List<RecordBatch> all() {
        return batches(partition
                .read(partition.log().startOffset(), PLENTY, true, -1, -1)
                .records());
    }

    private static void assertFails(ErrorCode error, Executable work) {
        assertEquals(error, assertThrows(ApiException.class, work).error());
    }

    @Test
    void batchesKeepTheirOffsetsAndWhatTheyHoldWithTheGapsBetweenThem() {
        Appended appended = mirror(0, 0, joined(stored(0, 0, "a", "b"), stored(7, 0, "c"), stored(9, 0, "d")));
        assertEquals(9, appended.lastOffset());
        assertTrue(partition.isCommitted(appended));
        mirror(0, 10, stored(12, 0, "e"));
        assertEquals(
                List.of(0L, 7L, 9L, 12L),
                all().stream().map(RecordBatch::baseOffset).toList());
        assertTrue(all().stream().allMatch(RecordBatch::hasValidCrc));
        assertTrue(all().stream().allMatch(batch -> batch.producerId() == 77), "also with the same sequence twice");
    }

    @Test
    void whatIsThereAlreadyIsPassedOver() {
        mirror(0, 0, joined(stored(0, 0, "a"), stored(1, 0, "b")));
        Appended again = mirror(0, 0, joined(stored(0, 0, "a"), stored(1, 0, "b"), stored(2, 0, "c")));
        assertEquals(2, again.lastOffset());
        assertEquals(2, mirror(0, 1, stored(1, 0, "b")).lastOffset());
        assertEquals(
                List.of(0L, 1L, 2L), all().stream().map(RecordBatch::baseOffset).toList());
    }

    @Test
    void whoWouldLeaveAGapIsRefused() {
        mirror(0, 0, stored(0, 0, "a"));
        assertFails(ErrorCode.OFFSET_OUT_OF_RANGE, () -> mirror(0, 2, stored(2, 0, "c")));
        assertEquals(1, partition.log().endOffset());
    }

    @Test
    void aQuestionTellsWhereTheLogEndsAndMovesItsStart() {
        mirror(0, 0, joined(stored(0, 0, "a"), stored(1, 0, "b")));
        Appended told = mirror(1, -1, ByteBuffer.allocate(0));
        assertEquals(1, told.lastOffset());
        assertEquals(1, told.logStartOffset());
    }

    @Test
    void aMirrorBeginsWhereItsSourceBegins() {
        mirror(5_000_000_000L, 5_000_000_000L, stored(5_000_000_001L, 0, "a"));
        assertEquals(5_000_000_000L, partition.log().startOffset());
        assertEquals(5_000_000_002L, partition.log().endOffset());
        mirror(6_000_000_000L, 6_000_000_000L, stored(6_000_000_000L, 0, "much later"));
        assertEquals(6_000_000_000L, partition.log().startOffset());
        assertEquals(1, all().size());
    }

    @Test
    void aBatchInWhoseMiddleTheLogEndsIsRefused() {
        mirror(0, 0, stored(0, 0, "a", "b"));
        assertFails(ErrorCode.INVALID_RECORD, () -> mirror(0, 1, stored(1, 0, "b", "c")));
    }

    @Test
    void noOtherSourceIsTaken() {
        for (MirrorSource other : List.of(
                new MirrorSource("near", "t", TOPIC_ID),
                new MirrorSource("far", "u", TOPIC_ID),
                new MirrorSource("far", "t", new Uuid(3, 4)))) {
            assertFails(
                    ErrorCode.POLICY_VIOLATION,
                    () -> partition.mirrored().append(MirroredBatches.check(other, 0, 0, 0, stored(0, 0, "a"))));
        }
    }

    @Test
    void producersAreRefusedUntilTheSettingIsGone() {
        mirror(0, 0, stored(0, 0, "a"));
        String message = assertThrows(ApiException.class, () -> partition.append(only(ReplicaHouse.batch("mine"))))
                .getMessage();
        assertTrue(message.contains("millrace mirror promote t"), message);
        await(house.cluster.changeConfig(new ConfigScope.Topic("t"), config -> Map.of()));
        house.caughtUp();
        assertEquals(1, partition.append(only(ReplicaHouse.batch("mine"))).baseOffset());
        assertFails(ErrorCode.POLICY_VIOLATION, () -> mirror(0, 1, stored(1, 0, "b")));
    }

    @Test
    void epochsAreNeverLowerThanTheSources() {
        MirroredBatches ofNine = MirroredBatches.check(SOURCE, 3, 0, 0, stored(0, 9, "a"));
        assertEquals(9, ofNine.leaderEpoch());
        assertFails(ErrorCode.FENCED_LEADER_EPOCH, () -> partition.mirrored().append(ofNine));
        await(house.leadership.raiseEpoch(partition, 9));
        assertEquals(9, partition.leaderEpoch().orElseThrow());
        partition.mirrored().append(ofNine);
        assertEquals(9, all().get(0).leaderEpoch());
        await(house.leadership.raiseEpoch(partition, 4));
        assertEquals(9, partition.leaderEpoch().orElseThrow());
        mirror(0, 1, stored(1, 4, "b"));
        assertEquals(9, all().get(1).leaderEpoch());
        assertFails(
                ErrorCode.INVALID_REQUEST,
                () -> MirroredBatches.check(SOURCE, Integer.MAX_VALUE, 0, 0, ByteBuffer.allocate(0)));
    }

    @Test
    void bytesThatAreNoBatchesAreRefused() {
        ByteBuffer bad = stored(0, 0, "a");
        bad.put(bad.limit() - 1, (byte) (bad.get(bad.limit() - 1) + 1));
        assertFails(ErrorCode.CORRUPT_MESSAGE, () -> mirror(0, 0, bad));
        assertFails(ErrorCode.CORRUPT_MESSAGE, () -> mirror(0, 0, joined(stored(4, 0, "a"), stored(3, 0, "b"))));
        assertFails(ErrorCode.CORRUPT_MESSAGE, () -> mirror(0, 0, stored(-4, 0, "a")));
        assertFails(ErrorCode.CORRUPT_MESSAGE, () -> mirror(0, 0, stored(Long.MAX_VALUE, 0, "a")));
        assertFails(ErrorCode.CORRUPT_MESSAGE, () -> mirror(0, 0, ByteBuffer.allocate(3)));
        assertEquals(0, partition.log().endOffset());
    }

    @Test
    void aBatchThatIsCutIsLeftForTheNextTime() {
        ByteBuffer two = joined(stored(0, 0, "a"), stored(1, 0, "b"));
        assertEquals(0, mirror(0, 0, two.limit(two.limit() - 5)).lastOffset());
    }
}
