package io.millrace.broker.replica;

import io.millrace.broker.log.LogConfig;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.record.BatchHeader;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.record.RecordBatches;
import java.nio.ByteBuffer;

/**
 * The one batch that a producer sent for a partition, checked as far as its header goes. The records inside stay closed,
 * since whoever compressed them is who they are for, save in a compacted topic: there each has to have a key.
 */
public final class ProducedBatch {
    private static final int HIGHEST_CODEC = 4;
    private static final int ZSTD = 4;
    private static final int FIRST_VERSION_WITH_ZSTD = 7;

    private ProducedBatch() {}

    /**
     * Checks what came in a Produce request for one partition.
     *
     * @param records as they lie in the request; stays the request's
     * @param version of the Produce request
     * @param nowMs the broker's time, in milliseconds since 1970
     * @return the batch; bytes behind it, if any, were no batch and are left out
     * @throws ApiException with the code that tells the producer what is wrong
     */
    public static RecordBatch check(ByteBuffer records, LogConfig config, short version, long nowMs) {
        if (records == null || records.remaining() < BatchHeader.MAGIC_END) {
            throw new ApiException(ErrorCode.INVALID_RECORD, "no record batch");
        }
        int at = records.position();
        if (BatchHeader.magic(records, at) != BatchHeader.MAGIC) {
            throw new ApiException(
                    ErrorCode.INVALID_RECORD,
                    "a batch of magic " + BatchHeader.magic(records, at) + ", but only magic 2 is taken");
        }
        int size = BatchHeader.sizeInBytes(records, at);
        if (size > config.maxMessageBytes()) {
            throw new ApiException(
                    ErrorCode.MESSAGE_TOO_LARGE,
                    "a batch of " + size + " bytes, max.message.bytes is " + config.maxMessageBytes());
        }
        if (size > config.segmentBytes()) {
            throw new ApiException(
                    ErrorCode.RECORD_LIST_TOO_LARGE,
                    "a batch of " + size + " bytes, segment.bytes is " + config.segmentBytes());
        }
        RecordBatches batches = new RecordBatches(records);
        if (!batches.hasNext()) {
            throw new ApiException(ErrorCode.CORRUPT_MESSAGE, "a batch that claims " + size + " bytes");
        }
        RecordBatch batch = batches.next();
        if (!batch.hasValidCrc()) {
            throw new ApiException(ErrorCode.CORRUPT_MESSAGE, "a batch whose CRC does not fit");
        }
        if (batches.hasNext()) {
            throw new ApiException(ErrorCode.INVALID_RECORD, "more than one batch for a partition");
        }
        checkFields(batch, version);
        checkTimes(batch, config, nowMs);
        return batch;
    }

    private static void checkFields(RecordBatch batch, short version) {
        if (batch.baseOffset() != 0) {
            throw new ApiException(ErrorCode.INVALID_RECORD, "base offset " + batch.baseOffset() + " instead of 0");
        }
        if (batch.recordsCount() <= 0 || batch.lastOffsetDelta() != batch.recordsCount() - 1) {
            throw new ApiException(
                    ErrorCode.INVALID_RECORD,
                    batch.recordsCount() + " records with a last offset delta of " + batch.lastOffsetDelta());
        }
        if (batch.isControl()) {
            throw new ApiException(ErrorCode.INVALID_RECORD, "a control batch from a client");
        }
        if (batch.isTransactional()) {
            throw new ApiException(
                    ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
                    "a transactional batch, and transactions are not served in this version");
        }
        if (batch.codec() > HIGHEST_CODEC) {
            throw new ApiException(ErrorCode.INVALID_RECORD, "unknown compression codec " + batch.codec());
        }
        if (batch.codec() == ZSTD && version < FIRST_VERSION_WITH_ZSTD) {
            throw new ApiException(
                    ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, "zstd needs version 7 of Produce, not " + version);
        }
        if (batch.hasProducerId() && (batch.baseSequence() < 0 || batch.producerEpoch() < 0)) {
            throw new ApiException(
                    ErrorCode.INVALID_RECORD,
                    "producer id " + batch.producerId() + " with epoch " + batch.producerEpoch() + " and sequence "
                            + batch.baseSequence());
        }
    }

    private static void checkTimes(RecordBatch batch, LogConfig config, long nowMs) {
        if (config.isLogAppendTime()) {
            return;
        }
        // A base timestamp above the largest one is a lie, which must not pass either. No difference overflows here.
        long newest = Math.max(batch.maxTimestamp(), batch.baseTimestamp());
        if (newest > nowMs && newest - nowMs > config.timestampAfterMaxMs()) {
            throw new ApiException(
                    ErrorCode.INVALID_TIMESTAMP,
                    "timestamp " + newest + " is more than message.timestamp.after.max.ms ahead of the broker's time");
        }
        long oldest = batch.baseTimestamp();
        if (oldest != BatchHeader.NO_TIMESTAMP && oldest < nowMs - config.timestampBeforeMaxMs()) {
            throw new ApiException(
                    ErrorCode.INVALID_TIMESTAMP,
                    "timestamp " + oldest + " is more than message.timestamp.before.max.ms behind the broker's time");
        }
    }
}
