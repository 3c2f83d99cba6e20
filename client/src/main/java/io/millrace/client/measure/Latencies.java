package io.millrace.client.measure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongConsumer;

/**
 * How long something took, over and over: percentiles since the beginning, and listeners who are told of each time.
 *
 * <p>Times go into buckets whose bounds grow by an eighth, so that a percentile is off by no more than that.
 *
 * <p>Threading: any thread; to add takes no lock and makes no object, but for the first time: there may be very many of these
 * that nothing is ever added to.
 */
public final class Latencies {
    private static final int PER_DOUBLING = 8;
    private static final int BUCKETS = 64 * PER_DOUBLING;

    private static final AtomicLongArray NONE = new AtomicLongArray(0);

    private volatile AtomicLongArray times = NONE;
    private final List<LongConsumer> listeners = new CopyOnWriteArrayList<>();

    /** It took so many nanoseconds this time. */
    public void add(long nanos) {
        long time = Math.max(1, nanos);
        AtomicLongArray counts = times;
        (counts.length() > 0 ? counts : begun()).incrementAndGet(bucket(time));
        for (int i = 0; i < listeners.size(); i++) { // no iterator: that would be an object; nobody is ever taken out
            listeners.get(i).accept(time);
        }
    }

    private synchronized AtomicLongArray begun() {
        if (times.length() == 0) {
            times = new AtomicLongArray(BUCKETS);
        }
        return times;
    }

    private static int bucket(long nanos) {
        int doublings = 63 - Long.numberOfLeadingZeros(nanos);
        int eighths = doublings < 3 ? 0 : (int) (nanos >>> (doublings - 3)) & 7;
        return doublings * PER_DOUBLING + eighths;
    }

    /** Has somebody told, from now on, in nanoseconds, by whichever thread adds. */
    public void listen(LongConsumer listener) {
        listeners.add(listener);
    }

    /** The time that this part of all, from 0 to 1, took at most; zero if there were none. */
    public Duration percentile(double part) {
        AtomicLongArray counts = times;
        long total = 0;
        for (int i = 0; i < counts.length(); i++) {
            total += counts.get(i);
        }
        long wanted = (long) Math.ceil(total * part);
        long seen = 0;
        for (int i = 0; i < counts.length() && total > 0; i++) {
            seen += counts.get(i);
            if (seen >= wanted) {
                return Duration.ofNanos(upperBound(i));
            }
        }
        return Duration.ZERO;
    }

    private static long upperBound(int bucket) {
        int doublings = bucket / PER_DOUBLING;
        int eighths = bucket % PER_DOUBLING;
        return doublings < 3 ? 2L << doublings : (long) (PER_DOUBLING + eighths + 1) << (doublings - 3);
    }
}
