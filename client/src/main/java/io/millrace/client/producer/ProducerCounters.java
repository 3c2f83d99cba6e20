package io.millrace.client.producer;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a producer has done so far. Counted per batch and per request, not per record, but for records that were dropped.
 *
 * <p>Latencies go into buckets whose bounds grow by an eighth, so that a percentile is off by no more than that.
 *
 * <p>Threading: any thread.
 */
final class ProducerCounters {
    private static final int PER_DOUBLING = 8;
    private static final int BUCKETS = 64 * PER_DOUBLING;

    final LongAdder recordsSent = new LongAdder();
    final LongAdder recordsFailed = new LongAdder();
    final LongAdder recordsDropped = new LongAdder();
    final LongAdder bytesSent = new LongAdder();
    final LongAdder batchesSent = new LongAdder();
    final LongAdder requestsSent = new LongAdder();
    final LongAdder batchesAgain = new LongAdder();
    final LongAdder batchesSplit = new LongAdder();
    final LongAdder epochsBegun = new LongAdder();
    private final AtomicLongArray latencies = new AtomicLongArray(BUCKETS);

    /** One batch was acknowledged, so long after its first record came. */
    void latency(long nanos) {
        latencies.incrementAndGet(bucket(Math.max(1, nanos)));
    }

    private static int bucket(long nanos) {
        int doublings = 63 - Long.numberOfLeadingZeros(nanos);
        int eighths = doublings < 3 ? 0 : (int) (nanos >>> (doublings - 3)) & 7;
        return doublings * PER_DOUBLING + eighths;
    }

    /** The time in nanoseconds that this part of all batches, from 0 to 1, took at most; 0 if there were none. */
    long latencyNs(double part) {
        long total = 0;
        for (int i = 0; i < BUCKETS; i++) {
            total += latencies.get(i);
        }
        long wanted = (long) Math.ceil(total * part);
        long seen = 0;
        for (int i = 0; i < BUCKETS && total > 0; i++) {
            seen += latencies.get(i);
            if (seen >= wanted) {
                return upperBound(i);
            }
        }
        return 0;
    }

    private static long upperBound(int bucket) {
        int doublings = bucket / PER_DOUBLING;
        int eighths = bucket % PER_DOUBLING;
        return doublings < 3 ? 2L << doublings : (long) (PER_DOUBLING + eighths + 1) << (doublings - 3);
    }
}
