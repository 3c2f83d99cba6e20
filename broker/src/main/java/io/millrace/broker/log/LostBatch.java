package io.millrace.broker.log;

import io.millrace.protocol.record.BatchHeader;
import java.nio.ByteBuffer;

/** What stands in a compacted segment for bytes that were corrupt: the header of an empty batch with a wrong checksum. */
final class LostBatch {
    private static final int CRC = 17;
    private static final int LAST_OFFSET_DELTA = 23;
    private static final int RECORDS_COUNT = 57;

    private LostBatch() {}

    /** @param lost at least one offset */
    static ByteBuffer header(CorruptRange lost) {
        ByteBuffer header = ByteBuffer.allocate(BatchHeader.SIZE);
        BatchHeader.setBaseOffset(header, 0, lost.firstOffset());
        header.putInt(8, BatchHeader.SIZE - BatchHeader.LOG_OVERHEAD);
        BatchHeader.setLeaderEpoch(header, 0, -1);
        header.put(BatchHeader.MAGIC_END - 1, BatchHeader.MAGIC);
        header.putInt(LAST_OFFSET_DELTA, (int) (lost.nextOffset() - lost.firstOffset() - 1));
        for (int at = LAST_OFFSET_DELTA + Integer.BYTES; at < RECORDS_COUNT; at++) {
            header.put(at, (byte) -1); // no timestamps, no producer, no sequence
        }
        header.putInt(CRC, ~BatchHeader.computeCrc(header, 0, BatchHeader.SIZE));
        return header;
    }
}
