package io.millrace.broker.replica;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.compress.DecompressionBoundException;
import io.millrace.protocol.record.Record;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.wire.MalformedMessageException;

/** Opens batches for compacted topics: a record without a key could never be found again, and never go. */
final class KeyedRecords {
    /** What compaction would not open, it does not let in. */
    private static final int MAX_DECOMPRESSED = 32 << 20;

    private KeyedRecords() {}

    /** Throws INVALID_RECORD if a record has no key, or records cannot be read. */
    static void require(RecordBatch batch) {
        try {
            for (Record record : batch.records(MAX_DECOMPRESSED)) {
                if (!record.hasKey()) {
                    throw new ApiException(
                            ErrorCode.INVALID_RECORD,
                            "record " + record.offset() + " of the batch has no key, and the topic is compacted");
                }
            }
        } catch (MalformedMessageException e) {
            throw new ApiException(ErrorCode.INVALID_RECORD, "records that cannot be read: " + e.getMessage());
        } catch (DecompressionBoundException e) {
            throw new ApiException(
                    ErrorCode.MESSAGE_TOO_LARGE,
                    "a batch of more than " + MAX_DECOMPRESSED + " bytes, decompressed, for a compacted topic");
        }
    }
}
