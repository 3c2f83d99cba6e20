package io.millrace.broker.log;

/**
 * The largest timestamp of a stretch of log.
 *
 * @param timestamp in ms, or -1 if nothing there has one
 * @param offset the last offset of the first batch that has it
 */
record LargestTimestamp(long timestamp, long offset) {
    static final LargestTimestamp NONE = new LargestTimestamp(-1, -1);

    LargestTimestamp with(StoredBatch batch) {
        return batch.maxTimestamp() > timestamp ? new LargestTimestamp(batch.maxTimestamp(), batch.lastOffset()) : this;
    }
}
