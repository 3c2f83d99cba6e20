package io.millrace.broker.replica;

import io.millrace.broker.log.LogConfig;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.compress.Compressor;
import io.millrace.protocol.compress.DecompressionBoundException;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.LegacyBatches;
import io.millrace.protocol.record.Recompression;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.UpConversion;
import io.millrace.protocol.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * The one place where produced bytes are opened, and may not be stored as they came: message sets of old producers become
 * batches, a topic may want another codec than the producer's, and a compacted one wants keys. What comes out passes the checks of {@link ProducedBatch} as if a
 * producer had sent it.
 *
 * <p>Threading: any thread but an event loop; may wait for another rewriting, see {@link ConversionMemory}.
 */
public final class BatchRewriting {
    private static final int FIRST_VERSION_WITH_BATCHES_ONLY = 3;
    /** Ours are of the newest kind, whatever the producer's version. */
    private static final short ANY_CODEC = Short.MAX_VALUE;

    private final ConversionMemory memory;

    public BatchRewriting(ConversionMemory memory) {
        this.memory = memory;
    }

    /**
     * Whether produced bytes have to be opened; where not, {@link ProducedBatch#check} is all they need. Costs
     * nothing: looks at no byte of them.
     *
     * @param version of the Produce request
     */
    public static boolean isNeeded(LogConfig config, short version) {
        return version < FIRST_VERSION_WITH_BATCHES_ONLY
                || !config.compression().isProducers()
                || config.compaction().isCompacting();
    }

    /**
     * Checks and rewrites what came in a Produce request for one partition.
     *
     * @param records as they lie in the request; stay the request's
     * @param version of the Produce request
     * @param nowMs the broker's time, in milliseconds since 1970
     * @param keyless run if a record has no key and needs one
     * @return what is to be appended, all of it or nothing; several batches only for a message set too large for one
     * @throws ApiException with the code that tells the producer what is wrong
     */
    public List<RecordBatch> rewrite(
            ByteBuffer records, LogConfig config, short version, long nowMs, Runnable keyless) {
        List<RecordBatch> batches = rewritten(records, config, version, nowMs);
        if (config.compaction().isCompacting()) {
            batches.forEach(batch ->
                    within(ErrorCode.INVALID_RECORD, maxBytes -> KeyedRecords.require(batch, maxBytes, keyless)));
        }
        return batches;
    }

    private List<RecordBatch> rewritten(ByteBuffer records, LogConfig config, short version, long nowMs) {
        if (version < FIRST_VERSION_WITH_BATCHES_ONLY && isMessageSet(records)) {
            return batchesOf(records, config, nowMs);
        }
        RecordBatch batch = ProducedBatch.check(records, config, version, nowMs);
        Optional<Compressor> wanted = config.compression()
                .compressor()
                .filter(compressor -> compressor.codec().id() != batch.codec());
        return List.of(wanted.isPresent() ? recompress(batch, wanted.get(), config, nowMs) : batch);
    }

    private static boolean isMessageSet(ByteBuffer records) {
        return records.remaining() >= BatchHeader.MAGIC_END
                && BatchHeader.magic(records, records.position()) >= 0
                && BatchHeader.magic(records, records.position()) < BatchHeader.MAGIC;
    }

    private List<RecordBatch> batchesOf(ByteBuffer messages, LogConfig config, long nowMs) {
        for (LegacyBatches walk = new LegacyBatches(messages); walk.hasNext(); ) {
            int size = walk.next().sizeInBytes();
            if (size > config.maxMessageBytes()) {
                throw new ApiException(
                        ErrorCode.MESSAGE_TOO_LARGE,
                        "a message of " + size + " bytes, max.message.bytes is " + config.maxMessageBytes());
            }
        }
        int largest = Math.min(config.maxMessageBytes(), config.segmentBytes());
        int beforeCompression = largest - largest / 64; // what does not compress becomes a little larger by it
        List<ByteBuffer> converted = within(
                ErrorCode.CORRUPT_MESSAGE,
                maxBytes ->
                        UpConversion.convert(messages, config.compression().compressor(), beforeCompression, maxBytes));
        List<RecordBatch> batches = new ArrayList<>(converted.size());
        for (ByteBuffer batch : converted) {
            batches.add(ProducedBatch.check(batch, config, ANY_CODEC, nowMs));
        }
        return batches;
    }

    private RecordBatch recompress(RecordBatch batch, Compressor compressor, LogConfig config, long nowMs) {
        ByteBuffer rewritten =
                within(ErrorCode.INVALID_RECORD, maxBytes -> Recompression.of(batch, compressor, maxBytes));
        return ProducedBatch.check(rewritten, config, ANY_CODEC, nowMs);
    }

    private <T> T within(ErrorCode ifMalformed, IntFunction<T> conversion) {
        try {
            return memory.within(conversion);
        } catch (MalformedMessageException e) {
            throw new ApiException(ifMalformed, e.getMessage());
        } catch (DecompressionBoundException e) {
            throw new ApiException(
                    ErrorCode.MESSAGE_TOO_LARGE,
                    "decompressed, the records have more bytes than are taken, at most " + memory.largest());
        }
    }
}
