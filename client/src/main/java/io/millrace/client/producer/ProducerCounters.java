package io.millrace.client.producer;

import io.millrace.client.measure.Latencies;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a producer has done so far. Counted per batch and per request, not per record, but for records that were dropped.
 *
 * <p>Threading: any thread.
 */
final class ProducerCounters {
    final LongAdder recordsSent = new LongAdder();
    final LongAdder recordsFailed = new LongAdder();
    final LongAdder recordsDropped = new LongAdder();
    final LongAdder bytesSent = new LongAdder();
    final LongAdder batchesSent = new LongAdder();
    final LongAdder requestsSent = new LongAdder();
    final LongAdder batchesAgain = new LongAdder();
    final LongAdder batchesSplit = new LongAdder();
    final LongAdder epochsBegun = new LongAdder();

    /** From a batch's first record to its acknowledgement. */
    final Latencies latencies = new Latencies();
}
