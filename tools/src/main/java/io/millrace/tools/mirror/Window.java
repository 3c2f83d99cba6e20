package io.millrace.tools.mirror;

/**
 * Values of the last half minute to minute: their sum, mean and bounds, and the last of them.
 *
 * <p>Threading: any; a lock of its own.
 */
final class Window {
    private static final long SAMPLE_NS = 30_000_000_000L;

    private Sample before = new Sample(System.nanoTime());
    private Sample now = before;
    private double last = Double.NaN;
    private double total;

    private static final class Sample {
        private final long beganNs;
        private long count;
        private double sum;
        private double min = Double.POSITIVE_INFINITY;
        private double max = Double.NEGATIVE_INFINITY;

        Sample(long beganNs) {
            this.beganNs = beganNs;
        }
    }

    synchronized void add(double value) {
        turn();
        now.count++;
        now.sum += value;
        now.min = Math.min(now.min, value);
        now.max = Math.max(now.max, value);
        last = value;
        total += value;
    }

    private void turn() {
        long time = System.nanoTime();
        if (time - now.beganNs >= SAMPLE_NS) {
            before = time - now.beganNs >= 2 * SAMPLE_NS ? new Sample(time - SAMPLE_NS) : now;
            now = new Sample(time);
        }
    }

    synchronized double last() {
        return last;
    }

    /** Of all values since the beginning. */
    synchronized double total() {
        return total;
    }

    synchronized double perSecond() {
        turn();
        double seconds = (System.nanoTime() - before.beganNs) / 1e9;
        return (now == before ? now.sum : now.sum + before.sum) / Math.max(1, seconds);
    }

    synchronized double min() {
        turn();
        double min = Math.min(now.min, before.min);
        return min == Double.POSITIVE_INFINITY ? Double.NaN : min;
    }

    synchronized double max() {
        turn();
        double max = Math.max(now.max, before.max);
        return max == Double.NEGATIVE_INFINITY ? Double.NaN : max;
    }

    synchronized double mean() {
        turn();
        long count = now == before ? now.count : now.count + before.count;
        double sum = now == before ? now.sum : now.sum + before.sum;
        return count == 0 ? Double.NaN : sum / count;
    }
}
