package io.millrace.client.consumer;

/**
 * What a consumer has done since it was opened, at one moment.
 *
 * @param recordsRead that {@code poll} returned
 * @param bytesFetched of batches, as they lie at the brokers
 * @param fetches requests for records
 * @param bufferUsed bytes of {@code fetch.buffer.bytes} in use, those that are asked for and not there yet included
 * @param bufferBytes the bound
 * @param lag of all assigned partitions
 */
public record ConsumerMetrics(
        long recordsRead, long bytesFetched, long fetches, long bufferUsed, long bufferBytes, Lag lag) {
    static ConsumerMetrics of(ConsumerCounters counters, FetchBudget budget, Lag lag) {
        return new ConsumerMetrics(
                counters.recordsRead.sum(),
                counters.bytesFetched.sum(),
                counters.fetches.sum(),
                budget.used(),
                budget.total(),
                lag);
    }
}
