package io.millrace.protocol.record;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class RecordBatchesTest {
    private static final byte[] BYTES = {1, 2, 3};

    @Test
    void walksFromBatchToBatchAndLeavesTheBufferAlone() {
        ByteBuffer first = BatchBuilder.create().append(1, BYTES, BYTES).build();
        ByteBuffer second =
                BatchBuilder.create().baseOffset(1).append(1, BYTES, BYTES).build();
        ByteBuffer both = ByteBuffer.allocate(7 + 2 * first.remaining());
        both.position(7).put(first).put(second).position(7);
        RecordBatches batches = new RecordBatches(both);
        assertEquals(0, batches.next().baseOffset());
        RecordBatch last = batches.next();
        assertEquals(1, last.baseOffset());
        assertEquals(both.slice(last.position(), last.sizeInBytes()), last.bytes());
        assertFalse(batches.hasNext());
        assertEquals(0, batches.leftOver());
        assertEquals(7, both.position());
    }

    @Test
    void stopsAtEveryCutOfABatch() {
        ByteBuffer whole = BatchBuilder.create().append(1, BYTES, BYTES).build();
        for (int length = 0; length < whole.limit(); length++) {
            RecordBatches batches = new RecordBatches(whole.slice(0, length));
            assertFalse(batches.hasNext());
            assertEquals(length, batches.leftOver());
        }
    }

    @Test
    void stopsAtALengthThatCannotBe() {
        for (int length : new int[] {0, -1, 48, Integer.MAX_VALUE, Integer.MAX_VALUE - 11, Integer.MIN_VALUE}) {
            ByteBuffer bytes = BatchBuilder.create().append(1, BYTES, BYTES).build();
            bytes.putInt(8, length);
            assertFalse(new RecordBatches(bytes).hasNext(), () -> "length " + length);
        }
    }

    @Test
    void everyByteBehindTheMagicIsUnderTheCrc() {
        ByteBuffer bytes = BatchBuilder.create().append(1, BYTES, BYTES).build();
        RecordBatch batch = new RecordBatches(bytes).next();
        assertTrue(batch.hasValidCrc());
        for (int at = 17; at < bytes.limit(); at++) {
            bytes.put(at, (byte) (bytes.get(at) ^ 1));
            assertFalse(batch.hasValidCrc(), "byte " + at);
            bytes.put(at, (byte) (bytes.get(at) ^ 1));
        }
    }

    @Test
    void offsetAndLeaderEpochAreSetInPlaceAndOutsideTheCrc() {
        ByteBuffer bytes = BatchBuilder.create().append(1, BYTES, BYTES).build();
        BatchHeader.setBaseOffset(bytes, 0, 1L << 40);
        BatchHeader.setLeaderEpoch(bytes, 0, 12);
        RecordBatch batch = new RecordBatches(bytes).next();
        assertTrue(batch.hasValidCrc());
        assertEquals((1L << 40) + 1, batch.nextOffset());
        assertEquals(12, batch.leaderEpoch());
    }

    @Test
    void stampingTheTimeGivesANewCrc() {
        ByteBuffer bytes = BatchBuilder.create()
                .append(1, BYTES, BYTES)
                .append(5, BYTES, BYTES)
                .build();
        RecordBatch batch = new RecordBatches(bytes).next();
        BatchHeader.stampTime(bytes, 0, bytes.limit(), true, 70);
        assertTrue(batch.hasValidCrc() && batch.isLogAppendTime());
        assertEquals(70, batch.maxTimestamp());
        BatchHeader.stampTime(bytes, 0, bytes.limit(), false, 5);
        assertTrue(batch.hasValidCrc() && !batch.isLogAppendTime());
        assertEquals(5, batch.maxTimestamp());
    }

    @Test
    void sequencesWrapToZero() {
        RecordBatch batch = new RecordBatches(BatchBuilder.create()
                        .producer(1, (short) 0, Integer.MAX_VALUE)
                        .append(1, BYTES, BYTES)
                        .append(1, BYTES, BYTES)
                        .build())
                .next();
        assertEquals(0, batch.lastSequence());
    }
}
