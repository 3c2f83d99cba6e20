package io.millrace.client.producer;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.compress.Compressor;
import io.millrace.protocol.compress.Scratch;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.RecordBatch;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Makes batches fit to be sent: compresses their records, once, and writes their headers, anew for each number that they
 * get. What compression would not make smaller is sent as it is.
 *
 * <p>The compressed records take the place of the others in the batch's own chunks, so that no memory is needed but this
 * one's, which is used for all batches.
 *
 * <p>Threading: the I/O thread.
 */
final class BatchSealer {
    private final Compressor compressor;
    private final Scratch compressed = new Scratch();
    private ByteBuffer joined = ByteBuffer.allocate(0);

    BatchSealer(Compressor compressor) {
        this.compressor = compressor;
    }

    /** Seals a batch that is not sealed yet, and writes its header with the number that it has. */
    void seal(PartitionBatch batch) {
        if (!batch.isSealed()) {
            batch.flip();
            compress(batch);
        }
        ProducerNumber number = batch.number();
        RecordBatch.Meta meta = new RecordBatch.Meta(
                0,
                -1,
                batch.codecId(),
                batch.baseTimestamp(),
                batch.maxTimestamp(),
                number.producerId(),
                number.epoch(),
                number.baseSequence());
        BatchHeader.write(batch.chunks(), meta, batch.count() - 1, batch.count());
    }

    private void compress(PartitionBatch batch) {
        int plainSize = batch.sizeInBytes();
        if (compressor.codec() == Compression.NONE) {
            batch.sealedAs(Compression.NONE.id(), plainSize, batch.chunks().size());
            return;
        }
        ByteBuffer payload = compressor.compress(records(batch.chunks()), compressed);
        int size = BatchHeader.SIZE + payload.remaining();
        if (size < plainSize) {
            int used = replace(batch.chunks(), payload);
            batch.sealedAs(compressor.codec().id(), size, used);
        } else {
            batch.sealedAs(Compression.NONE.id(), plainSize, batch.chunks().size());
        }
    }

    /** The records behind the header in one piece; joined, if they lie in several. */
    private ByteBuffer records(List<ByteBuffer> chunks) {
        ByteBuffer first = chunks.get(0);
        ByteBuffer head = first.slice(BatchHeader.SIZE, first.limit() - BatchHeader.SIZE);
        if (chunks.size() == 1) {
            return head;
        }
        int size = head.remaining();
        for (int i = 1; i < chunks.size(); i++) {
            size += chunks.get(i).limit();
        }
        if (joined.capacity() < size) {
            joined = ByteBuffer.allocateDirect(Integer.highestOneBit(size) * 2);
        }
        joined.clear().put(head);
        for (int i = 1; i < chunks.size(); i++) {
            joined.put(chunks.get(i).slice(0, chunks.get(i).limit()));
        }
        return joined.flip();
    }

    /** Puts a payload that is smaller than the records in their place; returns how many chunks it takes. */
    private static int replace(List<ByteBuffer> chunks, ByteBuffer payload) {
        int used = 0;
        while (payload.hasRemaining()) {
            ByteBuffer chunk = chunks.get(used);
            int at = used == 0 ? BatchHeader.SIZE : 0;
            int length = Math.min(chunk.capacity() - at, payload.remaining());
            chunk.clear().put(at, payload, payload.position(), length).limit(at + length);
            payload.position(payload.position() + length);
            used++;
        }
        return used;
    }
}
