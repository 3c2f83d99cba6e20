package io.millrace.client.producer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.net.ChunkPool;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SequencesTest {
    private static final ProducerNumber ID = new ProducerNumber(5, (short) 0, 0);

    private final SendBuffer buffer = new SendBuffer(new ChunkPool(), 1 << 20, 1 << 14);
    private final Sequences sequences = new Sequences();

    private PartitionBatch batch(int records) {
        PartitionBatch batch = PartitionBatch.over(buffer);
        for (int i = 0; i < records; i++) {
            batch.add(0, null, new byte[1], List.of(), SendCallback.NONE);
        }
        return batch;
    }

    private ProducerNumber numbered(PartitionBatch batch, ProducerNumber identity, boolean nothingUnderWay) {
        sequences.number(batch, identity, nothingUnderWay);
        return batch.number();
    }

    @Test
    void numbersGoOnFromBatchToBatch() {
        assertEquals(new ProducerNumber(5, (short) 0, 0), numbered(batch(3), ID, true));
        assertEquals(new ProducerNumber(5, (short) 0, 3), numbered(batch(2), ID, false));
        assertEquals(new ProducerNumber(5, (short) 0, 5), numbered(batch(1), ID, false));
    }

    @Test
    void aBatchThatGoesOutAgainKeepsItsNumber() {
        PartitionBatch first = batch(3);
        numbered(first, ID, true);
        numbered(batch(2), ID, false);
        assertEquals(0, numbered(first, ID, true).baseSequence());
        assertEquals(5, numbered(batch(1), ID, false).baseSequence());
    }

    @Test
    void afterABreakNumbersBeginAnewInTheNextEpochOnceNothingIsUnderWay() {
        PartitionBatch first = batch(3);
        PartitionBatch second = batch(2);
        numbered(first, ID, true);
        numbered(second, ID, false);
        sequences.breakOff();
        assertTrue(sequences.isBroken());
        assertEquals(new ProducerNumber(5, (short) 1, 0), numbered(first, ID, true));
        assertFalse(sequences.isBroken());
        assertEquals(new ProducerNumber(5, (short) 1, 3), numbered(second, ID, true));
    }

    @Test
    void aNewIdIsTakenOnlyWhenNothingIsUnderWay() {
        ProducerNumber other = new ProducerNumber(6, (short) 0, 0);
        numbered(batch(3), ID, true);
        assertEquals(new ProducerNumber(5, (short) 0, 3), numbered(batch(1), other, false));
        assertEquals(other, numbered(batch(1), other, true));
    }

    @Test
    void whatWasNumberedUnderTheOldIdGoesOutAgainUnderIt() {
        PartitionBatch first = batch(3);
        numbered(first, ID, true);
        assertEquals(
                5, numbered(first, new ProducerNumber(6, (short) 0, 0), true).producerId());
    }

    @Test
    void whenTheEpochsAreUsedUpAnotherIdIsNeeded() {
        ProducerNumber lastEpoch = new ProducerNumber(5, Short.MAX_VALUE, 0);
        numbered(batch(1), lastEpoch, true);
        assertFalse(sequences.needsNewId(5));
        sequences.breakOff();
        assertTrue(sequences.needsNewId(5));
        assertEquals(
                new ProducerNumber(6, (short) 0, 0), numbered(batch(1), new ProducerNumber(6, (short) 0, 0), true));
    }

    @Test
    void theFirstBatchOfAnEpochTravelsAloneUntilItIsAcknowledged() {
        PartitionBatch first = batch(1);
        assertFalse(sequences.mustTravelAlone(), "nothing is under way yet");
        numbered(first, ID, true);
        assertTrue(sequences.mustTravelAlone());
        sequences.acknowledged(first);
        assertFalse(sequences.mustTravelAlone());
        sequences.breakOff();
        numbered(batch(1), ID, true);
        assertTrue(sequences.mustTravelAlone());
        sequences.acknowledged(first);
        assertTrue(sequences.mustTravelAlone(), "that was the epoch before");
    }

    @Test
    void numbersWrap() {
        assertEquals(
                1, new ProducerNumber(5, (short) 0, Integer.MAX_VALUE).plus(2).baseSequence());
    }
}
