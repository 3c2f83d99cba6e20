package io.millrace.client.producer;

import java.time.Duration;

/**
 * What a producer has done since it was opened, at one moment.
 *
 * @param recordsSent that were acknowledged, or with acks=0 written to the socket
 * @param recordsFailed that ended in a failure, those that were dropped left out
 * @param recordsDropped for which there was no room, under {@link WhenFull#DROP_AND_COUNT}
 * @param bytesSent of batches on the wire, each attempt counted
 * @param batchesSent attempts included
 * @param requestsSent Produce requests
 * @param batchesAgain that were sent again after a failure
 * @param batchesSplit that a broker found too large
 * @param epochsBegun how often a partition's numbers began anew, after an outcome that nobody knows
 * @param bufferUsed bytes of {@code buffer.memory} in use
 * @param bufferMemory the bound
 * @param p50 from a batch's first record to its acknowledgement, for half of all batches at most
 * @param p99 the same for 99 of 100
 * @param p999 the same for 999 of 1000
 */
public record ProducerMetrics(
        long recordsSent,
        long recordsFailed,
        long recordsDropped,
        long bytesSent,
        long batchesSent,
        long requestsSent,
        long batchesAgain,
        long batchesSplit,
        long epochsBegun,
        long bufferUsed,
        long bufferMemory,
        Duration p50,
        Duration p99,
        Duration p999) {
    static ProducerMetrics of(ProducerCounters counters, SendBuffer buffer) {
        return new ProducerMetrics(
                counters.recordsSent.sum(),
                counters.recordsFailed.sum(),
                counters.recordsDropped.sum(),
                counters.bytesSent.sum(),
                counters.batchesSent.sum(),
                counters.requestsSent.sum(),
                counters.batchesAgain.sum(),
                counters.batchesSplit.sum(),
                counters.epochsBegun.sum(),
                buffer.used(),
                buffer.bound(),
                counters.latencies.percentile(0.5),
                counters.latencies.percentile(0.99),
                counters.latencies.percentile(0.999));
    }
}
