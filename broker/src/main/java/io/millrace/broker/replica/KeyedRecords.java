package io.millrace.broker.replica;

import io.millrace.broker.log.CompactionConfig;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.compress.DecompressionBoundException;
import io.millrace.protocol.record.Record;
import io.millrace.protocol.record.RecordBatch;
import io.millrace.protocol.wire.MalformedMessageException;

/** Opens batches for compacted topics: a record without a key could never be found again, and never go. */
final class KeyedRecords {
    private KeyedRecords() {}

    /**
     * Looks at all records, and keeps none.
     *
     * @param maxDecompressed what may come out of decompression; what compaction would not open is not let in either
     * @param keyless run if a record has no key
     * @return the batch
     * @throws ApiException INVALID_RECORD if a record has no key
     * @throws MalformedMessageException if the records cannot be read
     * @throws DecompressionBoundException past the bound
     */
    static RecordBatch require(RecordBatch batch, int maxDecompressed, Runnable keyless) {
        for (Record record : batch.records(Math.min(maxDecompressed, CompactionConfig.MAX_OPENED_BYTES))) {
            if (!record.hasKey()) {
                keyless.run();
                throw new ApiException(
                        ErrorCode.INVALID_RECORD,
                        "record " + record.offset() + " of the batch has no key, and the topic is compacted");
            }
        }
        return batch;
    }
}
