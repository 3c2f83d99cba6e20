package io.millrace.client.consumer;

import java.time.Duration;

/**
 * What a consumer has done since it was opened, at one moment.
 *
 * @param recordsRead that {@code poll} returned
 * @param bytesFetched of batches, as they lie at the brokers
 * @param fetches requests for records
 * @param bufferUsed bytes of {@code fetch.buffer.bytes} in use, those that are asked for and not there yet included
 * @param bufferBytes the bound
 * @param lag of all assigned partitions
 * @param fetchP50 from a request for records to its answer, the time that a broker waits for records included, for half of
 *     all at most
 * @param fetchP99 the same for 99 of 100
 * @param ageP50 from the timestamp of a poll's first record to the poll, for half of all polls at most; as right as the
 *     clocks of the two hosts
 * @param ageP99 the same for 99 of 100
 */
public record ConsumerMetrics(
        long recordsRead,
        long bytesFetched,
        long fetches,
        long bufferUsed,
        long bufferBytes,
        Lag lag,
        Duration fetchP50,
        Duration fetchP99,
        Duration ageP50,
        Duration ageP99) {
    static ConsumerMetrics of(ConsumerCounters counters, FetchBudget budget, Lag lag) {
        return new ConsumerMetrics(
                counters.recordsRead.sum(),
                counters.bytesFetched.sum(),
                counters.fetches.sum(),
                budget.used(),
                budget.total(),
                lag,
                counters.fetchTimes.percentile(0.5),
                counters.fetchTimes.percentile(0.99),
                counters.ages.percentile(0.5),
                counters.ages.percentile(0.99));
    }
}
