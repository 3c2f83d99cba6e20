package io.millrace.protocol.record;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.compress.DecompressionBoundException;
import io.millrace.protocol.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

/** Batches whose header and CRC are right and whose records are not. */
class BatchRecordsTest {
    private static final int ENOUGH = 1 << 20;
    /** length 6, attributes, no time, offset 0, key null, value null, no headers. */
    private static final int[] RECORD = {12, 0, 0, 0, 1, 1, 0};

    @Test
    void theSmallestRecordIsRead() {
        assertDoesNotThrow(() -> batch(0, 1, RECORD).records(ENOUGH).check());
    }

    @Test
    void moreOrFewerRecordsThanTheCountSaysAreRefused() {
        assertRefused(batch(1, 2, RECORD));
        assertRefused(batch(0, 1, 12, 0, 0, 0, 1, 1, 0, 12, 0, 0, 2, 1, 1, 0));
        assertRefused(batch(0, Integer.MAX_VALUE, RECORD));
        assertRefused(batch(0, -1, RECORD));
        assertRefused(batch(0, 0, RECORD));
    }

    @Test
    void aBatchOfNoRecordsIsEmpty() {
        assertFalse(batch(4, 0).records(ENOUGH).iterator().hasNext());
    }

    @Test
    void offsetDeltasRiseAndStayInTheBatch() {
        int[] twice = {12, 0, 0, 0, 1, 1, 0, 12, 0, 0, 0, 1, 1, 0};
        assertRefused(batch(1, 2, twice));
        assertRefused(batch(0, 1, 12, 0, 0, 2, 1, 1, 0)); // 1, last is 0
        assertRefused(batch(0, 1, 12, 0, 0, 1, 1, 1, 0)); // -1
        assertDoesNotThrow(
                () -> batch(9, 1, 12, 0, 0, 18, 1, 1, 0).records(ENOUGH).check()); // compacted
    }

    @Test
    void lengthsThatDoNotFitAreRefused() {
        assertRefused(batch(0, 1, 14, 0, 0, 0, 1, 1, 0)); // record past the end
        assertRefused(batch(0, 1, 10, 0, 0, 0, 1, 1, 0)); // record too short
        assertRefused(batch(0, 1, 1, 0, 0, 0, 1, 1, 0)); // negative record
        assertRefused(batch(0, 1, 12, 0, 0, 0, 3, 1, 0)); // key of -2
        assertRefused(batch(0, 1, 12, 0, 0, 0, 40, 1, 0)); // key past the record
        assertRefused(batch(0, 1, 12, 0, 0, 0, 1, 3, 0)); // value of -2
        assertRefused(batch(0, 1, 12, 0, 0, 0, 1, 40, 0)); // value past the record
        assertRefused(batch(0, 1, 14, 0, 0, 0, 1, 1, 0, 7)); // byte behind the headers
        assertRefused(batch(0, 1, 12, 0, 0, 0, 1, 1, 1)); // -1 headers
        assertRefused(batch(0, 1, 12, 0, 0, 0, 1, 1, 2)); // a header that is not there
        assertRefused(batch(0, 1, 16, 0, 0, 0, 1, 1, 2, 1, 1)); // a header without key
        assertRefused(batch(0, 1, 16, 0, 0, 0, 1, 1, 2, 0, 3)); // a header value of -2
        assertDoesNotThrow(
                () -> batch(0, 1, 16, 0, 0, 0, 1, 1, 2, 0, 1).records(ENOUGH).check());
    }

    @Test
    void varintsThatDoNotEndAreRefused() {
        assertRefused(batch(0, 1, 255, 255, 255, 255, 255, 255, 255));
        assertRefused(batch(0, 1, 32, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0));
    }

    @Test
    void anUnknownCodecIsRefused() {
        for (int codec = 5; codec <= 7; codec++) {
            ByteBuffer bytes = bytes(0, 1, RECORD);
            bytes.putShort(BatchHeader.ATTRIBUTES, (short) codec);
            RecordBatch batch = new RecordBatches(bytes).next();
            assertThrows(MalformedMessageException.class, () -> batch.records(ENOUGH));
        }
    }

    @Test
    void decompressionStopsAtTheBound() {
        ByteBuffer bytes = BatchBuilder.create()
                .compression(Compression.ZSTD)
                .append(0, new byte[0], new byte[100_000])
                .build();
        RecordBatch batch = new RecordBatches(bytes).next();
        assertThrows(DecompressionBoundException.class, () -> batch.records(50_000));
        assertDoesNotThrow(() -> batch.records(101_000).check());
    }

    @Test
    void theBoundIsNotForRecordsThatAreNotCompressed() {
        assertDoesNotThrow(() -> batch(0, 1, RECORD).records(0).check());
    }

    @Test
    void theIteratorEndsAsIteratorsDo() {
        Iterator<Record> records = batch(0, 1, RECORD).records(ENOUGH).iterator();
        records.next();
        assertFalse(records.hasNext());
        assertThrows(NoSuchElementException.class, records::next);
    }

    @Test
    void iteratingAgainBeginsAgain() {
        BatchRecords records = batch(0, 1, RECORD).records(ENOUGH);
        records.check();
        assertEquals(0, records.iterator().next().offset());
    }

    private static void assertRefused(RecordBatch batch) {
        assertThrows(
                MalformedMessageException.class, () -> batch.records(ENOUGH).check());
    }

    private static RecordBatch batch(int lastOffsetDelta, int count, int... payload) {
        return new RecordBatches(bytes(lastOffsetDelta, count, payload)).next();
    }

    private static ByteBuffer bytes(int lastOffsetDelta, int count, int... payload) {
        ByteBuffer bytes = ByteBuffer.allocate(BatchHeader.SIZE + payload.length);
        for (int i = 0; i < payload.length; i++) {
            bytes.put(BatchHeader.SIZE + i, (byte) payload[i]);
        }
        RecordBatch.Meta meta = new RecordBatch.Meta(0, -1, 0, 0, 0, -1, (short) -1, -1);
        BatchHeader.write(bytes, 0, bytes.limit(), meta, lastOffsetDelta, count);
        return bytes;
    }
}
