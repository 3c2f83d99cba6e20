package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.record.BatchBuilder;
import io.millrace.protocol.record.RecordBatches;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProducerStatesTest {
    private static final long ID = 99;

    @TempDir
    Path directory;

    private final ProducerStates states = new ProducerStates(Disks.ACCESS);
    private long nextOffset;

    private SequenceCheck check(int epoch, int sequence, int records) {
        ByteBuffer batch = Batches.produced(nextOffset, records, ID, epoch, sequence);
        return states.check(new RecordBatches(batch).next());
    }

    private void append(int epoch, int sequence, int records) {
        assertInstanceOf(SequenceCheck.Fresh.class, check(epoch, sequence, records));
        states.update(StoredBatch.read(Batches.produced(nextOffset, records, ID, epoch, sequence), 0), 0);
        nextOffset += records;
    }

    private void refused(ErrorCode expected, int epoch, int sequence, int records) {
        assertEquals(
                expected,
                assertThrows(ApiException.class, () -> check(epoch, sequence, records))
                        .error());
    }

    @Test
    void aProducerThatIsNotKnownMayBeginAnywhere() {
        append(0, 17, 3);
        append(0, 20, 1);
    }

    @Test
    void batchesFollowOneAnother() {
        append(0, 0, 3);
        append(0, 3, 2);
        refused(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, 0, 6, 1);
        refused(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, 0, 4, 1);
        append(0, 5, 1);
    }

    @Test
    void anyOfTheLastFiveMayBeRepeatedAndIsAnsweredAsBefore() {
        for (int i = 0; i < 6; i++) {
            append(0, i * 2, 2);
        }
        refused(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, 0, 0, 2);
        for (int i = 1; i < 6; i++) {
            assertEquals(new SequenceCheck.Duplicate(i * 2L, i * 2L + 1, 1000 + i * 2L), check(0, i * 2, 2));
        }
        refused(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, 0, 10, 1);
    }

    @Test
    void sequencesGoOnAtZeroAfterTheLargest() {
        append(0, Integer.MAX_VALUE - 1, 2);
        append(0, 0, 1);
        assertInstanceOf(SequenceCheck.Duplicate.class, check(0, Integer.MAX_VALUE - 1, 2));
    }

    @Test
    void aBatchMayWrapInItsMiddle() {
        append(0, Integer.MAX_VALUE - 1, 5);
        append(0, 3, 1);
        assertInstanceOf(SequenceCheck.Duplicate.class, check(0, Integer.MAX_VALUE - 1, 5));
    }

    @Test
    void aNewEpochBeginsAtZeroAndFencesTheOld() {
        append(3, 0, 2);
        refused(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, 4, 2, 1);
        append(4, 0, 2);
        refused(ErrorCode.INVALID_PRODUCER_EPOCH, 3, 2, 1);
        refused(ErrorCode.INVALID_PRODUCER_EPOCH, 3, 0, 2);
    }

    @Test
    void batchesWithoutProducerAreNotHeldAgainstAnybody() {
        append(0, 0, 2);
        ByteBuffer plain = Batches.of(2, 0, 1, 5);
        assertInstanceOf(SequenceCheck.Fresh.class, states.check(new RecordBatches(plain).next()));
        states.update(StoredBatch.read(plain, 0), 0);
        assertEquals(1, states.active().size());
    }

    @Test
    void producersAreForgottenAfterTheirLastWriteByOurClock() {
        states.update(StoredBatch.read(Batches.produced(0, 1, 1, 0, 0), 0), 100);
        states.update(StoredBatch.read(Batches.produced(1, 1, 2, 0, 0), 0), 200);

        states.expire(200);

        assertEquals(
                List.of(2L),
                states.active().stream()
                        .map(ProducerStates.ActiveProducer::producerId)
                        .toList());
    }

    @Test
    void aTransactionIsOpenFromItsFirstBatchToItsMarker() {
        update(BatchBuilder.create().baseOffset(5).transactional().producer(ID, (short) 0, 0));
        update(BatchBuilder.create().baseOffset(6).transactional().producer(ID, (short) 0, 1));
        assertEquals(5, states.active().get(0).currentTransactionStart());
        states.expire(Long.MAX_VALUE);
        assertEquals(1, states.active().size(), "not forgotten while it is open");

        update(BatchBuilder.create().baseOffset(7).transactional().control().producer(ID, (short) 1, -1));
        assertEquals(-1, states.active().get(0).currentTransactionStart());
        assertEquals(1, states.active().get(0).epoch());
        nextOffset = 8;
        append(1, 0, 1);
    }

    private void update(BatchBuilder batch) {
        states.update(StoredBatch.read(batch.append(1, null, new byte[4]).build(), 0), 0);
    }

    @Test
    void aSnapshotKeepsTheNewestBatchOfEachProducer() throws Exception {
        append(3, 0, 2);
        append(3, 2, 4);
        Path file = directory.resolve("00000000000000000006.snapshot");
        ProducerSnapshot.write(file, states.snapshot());
        assertEquals(10 + 46, Files.size(file));

        ProducerStates restored = new ProducerStates(Disks.ACCESS);
        restored.restore(ProducerSnapshot.read(file, 50).orElseThrow());

        assertEquals(states.active(), restored.active());
        ByteBuffer last = Batches.produced(6, 4, ID, 3, 2);
        assertEquals(new SequenceCheck.Duplicate(2, 5, 1002), restored.check(new RecordBatches(last).next()));
        ByteBuffer first = Batches.produced(6, 2, ID, 3, 0);
        assertThrows(ApiException.class, () -> restored.check(new RecordBatches(first).next()));
    }

    @Test
    void aSnapshotWithAnyBitWrongIsNotRead() throws Exception {
        append(3, 0, 2);
        Path file = directory.resolve("00000000000000000002.snapshot");
        ProducerSnapshot.write(file, states.snapshot());
        byte[] whole = Files.readAllBytes(file);
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] wrong = whole.clone();
            wrong[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, wrong);
            assertEquals(Optional.empty(), ProducerSnapshot.read(file, 0), "bit " + bit);
        }
        for (int cut = 0; cut < whole.length; cut++) {
            Files.write(file, Arrays.copyOf(whole, cut));
            assertEquals(Optional.empty(), ProducerSnapshot.read(file, 0), "cut at " + cut);
        }
        Files.write(file, whole);
        assertTrue(ProducerSnapshot.read(file, 0).isPresent());
    }
}
