package io.millrace.broker.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;

/**
 * How values of the last few minutes are spread: how many fell into each of some hundred ranges, of which each is a
 * sixteenth as wide as the values in it are large, so that a percentile is right to 3 %.
 *
 * <p>Two windows take turns, and both are told, so that what is shown is 2.5 to 5 minutes old at most. Nothing is
 * allocated before the first value.
 *
 * <p>Threading: any thread records, without a lock; one turns. What is recorded into a window while it is emptied, that
 * is, by a thread that stood still for minutes, may be lost.
 */
final class Spread {
    private static final int SUB_BITS = 4;
    private static final int SUBS = 1 << SUB_BITS;
    private static final int LARGEST_BITS = 36;
    private static final int RANGES = (LARGEST_BITS - SUB_BITS + 2) * SUBS;
    private static final VarHandle COUNTS = MethodHandles.arrayElementVarHandle(int[].class);

    private final LongAdder sum = new LongAdder();
    private volatile Window present = Window.NONE;
    private Window former = Window.NONE; // written before present is, read after it
    private long turnedOut;

    /** The values of a few minutes. */
    private static final class Window {
        private static final Window NONE = new Window(0);

        private final int[] counts;
        private volatile long least = Long.MAX_VALUE;
        private volatile long most = -1;

        Window(int ranges) {
            this.counts = new int[ranges];
        }

        void add(long value) {
            COUNTS.getAndAdd(counts, range(value), 1);
            if (value > most || value < least) {
                widen(value);
            }
        }

        private synchronized void widen(long value) {
            most = Math.max(most, value);
            least = Math.min(least, value);
        }

        long total() {
            long total = 0;
            for (int i = 0; i < counts.length; i++) {
                total += (int) COUNTS.getOpaque(counts, i);
            }
            return total;
        }
    }

    void record(long value) {
        Window window = present;
        if (window == Window.NONE) {
            window = begin();
        }
        window.add(Math.max(0, value));
        sum.add(value);
    }

    private synchronized Window begin() {
        if (present == Window.NONE) {
            present = new Window(RANGES);
        }
        return present;
    }

    /** A window's time is over. */
    synchronized void turn() {
        if (present == Window.NONE) {
            return;
        }
        turnedOut += former.total();
        former = present;
        present = new Window(RANGES);
    }

    /** How many values there were since the beginning. */
    synchronized long count() {
        return turnedOut + former.total() + present.total();
    }

    /** Their sum. */
    long sum() {
        return sum.sum();
    }

    /** What the windows tell at this moment. */
    Shape shape() {
        Window now;
        Window before;
        synchronized (this) {
            now = present;
            before = former;
        }
        long[] counts = new long[RANGES];
        add(now, counts);
        add(before, counts);
        return new Shape(counts, Math.min(now.least, before.least), Math.max(now.most, before.most));
    }

    private static void add(Window window, long[] counts) {
        for (int i = 0; i < window.counts.length; i++) {
            counts[i] += (int) COUNTS.getOpaque(window.counts, i);
        }
    }

    private static int range(long value) {
        if (value < SUBS) {
            return (int) value;
        }
        int bits = 63 - Long.numberOfLeadingZeros(value);
        int range = ((bits - SUB_BITS + 1) << SUB_BITS) + (int) ((value >>> (bits - SUB_BITS)) & (SUBS - 1));
        return Math.min(range, RANGES - 1);
    }

    private static double middle(int range) {
        if (range < 2 * SUBS) {
            return range;
        }
        int shift = (range >> SUB_BITS) - 1;
        long low = (long) (SUBS + (range & (SUBS - 1))) << shift;
        return low + (1L << shift) / 2.0;
    }

    /** The spread at one moment. */
    static final class Shape {
        private final long[] counts;
        private final long least;
        private final long most;
        private final long total;

        private Shape(long[] counts, long least, long most) {
            this.counts = counts;
            this.least = least;
            this.most = most;
            long all = 0;
            for (long count : counts) {
                all += count;
            }
            this.total = all;
        }

        double least() {
            return total == 0 ? 0 : least;
        }

        double most() {
            return total == 0 ? 0 : most;
        }

        double mean() {
            double sum = 0;
            for (int i = 0; i < counts.length; i++) {
                sum += counts[i] * middle(i);
            }
            return total == 0 ? 0 : sum / total;
        }

        double deviation() {
            double mean = mean();
            double sum = 0;
            for (int i = 0; i < counts.length; i++) {
                double off = middle(i) - mean;
                sum += counts[i] * off * off;
            }
            return total < 2 ? 0 : Math.sqrt(sum / (total - 1));
        }

        /** The value that a share of all, between 0 and 1, does not exceed. */
        double percentile(double share) {
            long wanted = (long) Math.ceil(share * total);
            long seen = 0;
            for (int i = 0; i < counts.length; i++) {
                seen += counts[i];
                if (counts[i] > 0 && seen >= wanted) {
                    return Math.max((double) least, Math.min((double) most, middle(i)));
                }
            }
            return 0;
        }
    }
}
