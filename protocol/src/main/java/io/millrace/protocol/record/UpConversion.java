package io.millrace.protocol.record;

import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.compress.Compressor;
import io.millrace.protocol.compress.DecompressionBoundException;
import io.millrace.protocol.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes batches of magic 2 of a message set of magic 0 or 1 as old producers send it. The records are counted anew from
 * 0 in each batch: what offsets producers write has no meaning. Their times are kept, -1 where magic 0 has none.
 *
 * <p>There is one batch, or several where one would be larger than a batch may be. The codec is the given one, or else
 * that of the set's last wrapper.
 *
 * <p>One thread; one set.
 */
public final class UpConversion {
    /** The most that a record takes beside key and value: lengths, deltas, attributes. */
    private static final int MOST_OVERHEAD = 32;

    private final int maxBatchBytes;
    private final int maxBytes;
    private final List<ByteBuffer> batches = new ArrayList<>(1);
    private final Compressor compressor;
    private BatchBuilder open = BatchBuilder.create();
    private long held;

    private UpConversion(Compressor compressor, int maxBatchBytes, int maxBytes) {
        this.compressor = compressor;
        this.maxBatchBytes = maxBatchBytes;
        this.maxBytes = maxBytes;
    }

    /**
     * Converts what lies between the buffer's position and limit.
     *
     * @param codec of the batches; empty for the producer's own
     * @param maxBatchBytes before compression, after which a batch is closed; one with a single record may be larger
     * @param maxBytes that one wrapper may hold, and that all batches together may take
     * @return the batches, base offsets 0, without producer
     * @throws MalformedMessageException if there is anything but whole messages with valid CRCs
     * @throws DecompressionBoundException past {@code maxBytes}
     */
    public static List<ByteBuffer> convert(
            ByteBuffer messages, Optional<Compressor> codec, int maxBatchBytes, int maxBytes) {
        Compressor compressor = codec.orElseGet(() -> Compressor.of(codecOf(messages)));
        UpConversion conversion = new UpConversion(compressor, maxBatchBytes, maxBytes);
        conversion.addAll(messages);
        return conversion.batches;
    }

    private static Compression codecOf(ByteBuffer messages) {
        int codec = 0;
        for (LegacyBatches walk = new LegacyBatches(messages); walk.hasNext(); ) {
            int next = walk.next().codec();
            codec = next == 0 ? codec : next;
        }
        return Compression.of(codec).orElse(Compression.NONE); // an unknown one is refused when it is opened
    }

    private void addAll(ByteBuffer messages) {
        LegacyBatches walk = new LegacyBatches(messages);
        while (walk.hasNext()) {
            LegacyBatch message = walk.next();
            if (!message.hasValidCrc()) {
                throw new MalformedMessageException("a message whose CRC does not fit");
            }
            message.records(maxBytes).forEach(this::add);
        }
        if (walk.leftOver() > 0) {
            throw new MalformedMessageException(walk.leftOver() + " bytes that are no whole message");
        }
        close();
    }

    private void add(Record record) {
        if (record.timestamp() < BatchHeader.NO_TIMESTAMP) {
            throw new MalformedMessageException("timestamp " + record.timestamp());
        }
        long size = (long) record.keySize() + record.valueSize() + MOST_OVERHEAD;
        if (open.count() > 0 && open.sizeInBytes() + size > maxBatchBytes) {
            close();
        }
        if (held + open.sizeInBytes() + size > maxBytes) {
            throw new DecompressionBoundException(maxBytes);
        }
        open.append(
                record.timestamp(), record.key().orElse(null), record.value().orElse(null));
    }

    private void close() {
        if (open.count() > 0) {
            ByteBuffer batch = open.compression(compressor).build();
            held += batch.capacity();
            batches.add(batch);
            open = BatchBuilder.create();
        }
    }
}
