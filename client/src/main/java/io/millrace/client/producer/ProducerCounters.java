package io.millrace.client.producer;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a producer has done so far. Counted per batch and per request, not per record, but for records that were dropped.
 *
 * <p>Latencies go into buckets whose bounds grow by an eighth, so that a percentile is off by no more than that; what is
 * below 8 µs or above nine minutes counts as these. The buckets are made with the first latency.
 *
 * <p>Threading: any thread.
 */
final class ProducerCounters {
    private static final int PER_DOUBLING = 8;
    private static final int LEAST_DOUBLINGS = 13;
    private static final int MOST_DOUBLINGS = 39;
    private static final int BUCKETS = (MOST_DOUBLINGS - LEAST_DOUBLINGS) * PER_DOUBLING;
    private static final long LEAST_NS = 1L << LEAST_DOUBLINGS;
    private static final long MOST_NS = (1L << MOST_DOUBLINGS) - 1;
    private static final AtomicLongArray NO_LATENCIES = new AtomicLongArray(0);

    final LongAdder recordsSent = new LongAdder();
    final LongAdder recordsFailed = new LongAdder();
    final LongAdder recordsDropped = new LongAdder();
    final LongAdder bytesSent = new LongAdder();
    final LongAdder batchesSent = new LongAdder();
    final LongAdder requestsSent = new LongAdder();
    final LongAdder batchesAgain = new LongAdder();
    final LongAdder batchesSplit = new LongAdder();
    final LongAdder epochsBegun = new LongAdder();
    private volatile AtomicLongArray latencies = NO_LATENCIES;

    /** One batch was acknowledged, so long after its first record came. The I/O thread. */
    void latency(long nanos) {
        if (latencies.length() == 0) {
            latencies = new AtomicLongArray(BUCKETS);
        }
        latencies.incrementAndGet(bucket(Math.max(LEAST_NS, Math.min(MOST_NS, nanos))));
    }

    private static int bucket(long nanos) {
        int doublings = 63 - Long.numberOfLeadingZeros(nanos);
        int eighths = (int) (nanos >>> (doublings - 3)) & 7;
        return (doublings - LEAST_DOUBLINGS) * PER_DOUBLING + eighths;
    }

    /** The time in nanoseconds that this part of all batches, from 0 to 1, took at most; 0 if there were none. */
    long latencyNs(double part) {
        AtomicLongArray counts = latencies;
        long total = 0;
        for (int i = 0; i < counts.length(); i++) {
            total += counts.get(i);
        }
        long wanted = (long) Math.ceil(total * part);
        long seen = 0;
        for (int i = 0; i < counts.length() && total > 0; i++) {
            seen += counts.get(i);
            if (seen >= wanted) {
                return upperBound(i);
            }
        }
        return 0;
    }

    private static long upperBound(int bucket) {
        int doublings = LEAST_DOUBLINGS + bucket / PER_DOUBLING;
        int eighths = bucket % PER_DOUBLING;
        return (long) (PER_DOUBLING + eighths + 1) << (doublings - 3);
    }
}
