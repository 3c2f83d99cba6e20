package io.millrace.protocol.record;

import io.millrace.protocol.compress.Compressor;
import java.nio.ByteBuffer;

/**
 * Gives a batch of magic 2 another codec. The records, decompressed, stay the same to the byte, and so does the header
 * but for codec, size and CRC.
 */
public final class Recompression {
    private Recompression() {}

    /**
     * The batch as the compressor makes it, in a heap buffer of its own.
     *
     * @param maxBytes the most that may come out of decompression
     * @throws io.millrace.protocol.wire.MalformedMessageException if the records are not what the batch says
     * @throws io.millrace.protocol.compress.DecompressionBoundException past {@code maxBytes}
     */
    public static ByteBuffer of(RecordBatch batch, Compressor compressor, int maxBytes) {
        BatchRecords records = batch.records(maxBytes);
        records.check();
        ByteBuffer payload = compressor.compress(records.bytes());
        int size = BatchHeader.SIZE + payload.remaining();
        ByteBuffer out = ByteBuffer.allocate(size).put(BatchHeader.SIZE, payload, 0, payload.remaining());
        int attributes = (batch.attributes() & ~BatchHeader.CODEC_MASK)
                | compressor.codec().id();
        RecordBatch.Meta meta = new RecordBatch.Meta(
                batch.baseOffset(),
                batch.leaderEpoch(),
                attributes,
                batch.baseTimestamp(),
                batch.maxTimestamp(),
                batch.producerId(),
                batch.producerEpoch(),
                batch.baseSequence());
        BatchHeader.write(out, 0, size, meta, batch.lastOffsetDelta(), batch.recordsCount());
        return out;
    }
}
