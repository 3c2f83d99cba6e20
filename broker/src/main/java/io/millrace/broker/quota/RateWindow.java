package io.millrace.broker.quota;

/**
 * How much somebody did lately, and how long it takes until that is no more than a rate allows.
 *
 * <pre>
 *   |  w-10  |  ...  |  w-2  |  w-1  |  w (now)
 *   |&lt;----- whole windows ---------&gt;|&lt;--&gt;|        span = whole windows + what is over of the present one
 * </pre>
 *
 * The rate is the sum of all windows over their span. Of a new window nothing is over yet, so that the span is that of
 * the whole windows before it: who was silent may do at once what the rate allows for those.
 *
 * <p>Threading: guarded by itself; held for a few additions.
 */
final class RateWindow {
    private static final double NANOS = 1e9;

    private final long windowNanos;
    private final long[] amounts; // a ring, by number of the window
    private long newest;
    private double bound; // that was asked about last, 0 for none yet

    /** @param windows how many are kept, the present one included */
    RateWindow(int windows, long windowNanos, long nowNanos) {
        this.windowNanos = windowNanos;
        this.amounts = new long[windows];
        this.newest = Math.floorDiv(nowNanos, windowNanos);
    }

    /** Adds what was done now. */
    synchronized void add(long amount, long nowNanos) {
        advance(nowNanos);
        amounts[slot(newest)] += amount;
    }

    /** The sum of all windows. */
    synchronized long total(long nowNanos) {
        advance(nowNanos);
        long total = 0;
        for (long amount : amounts) {
            total += amount;
        }
        return total;
    }

    /** A second, over the windows. */
    synchronized double rate(long nowNanos) {
        return total(nowNanos) * NANOS / span(nowNanos);
    }

    /**
     * For how long nothing may be added until the rate is no more than the bound, in nanoseconds; 0 if it is not.
     *
     * @param more what is about to be added
     * @param bound a second
     */
    synchronized long delayNanos(long more, double bound, long nowNanos) {
        this.bound = bound;
        double allowedAfter = (double) (total(nowNanos) + more) / bound * NANOS;
        return (long) Math.min(Long.MAX_VALUE, Math.ceil(Math.max(0, allowedAfter - span(nowNanos))));
    }

    /** For how long who shares this would have to wait now, in nanoseconds. */
    synchronized long owedNanos(long nowNanos) {
        return bound > 0 ? delayNanos(0, bound, nowNanos) : 0;
    }

    /**
     * How much may be added now: no more than the bound allows for all windows, nor than it allows for the present one,
     * so that who goes on and on does so evenly.
     */
    synchronized long room(double bound, long nowNanos) {
        double ofAll = -total(nowNanos) + bound * span(nowNanos) / NANOS;
        double ofPresent = -amounts[slot(newest)] + bound * windowNanos / NANOS;
        return (long) Math.max(0, Math.min(ofAll, ofPresent));
    }

    /** In how many nanoseconds there may be {@link #room}, where there is none now. */
    synchronized long roomDelayNanos(double bound, long nowNanos) {
        long toNextWindow = windowNanos - Math.floorMod(nowNanos, windowNanos);
        long untilWithin = delayNanos(1, bound, nowNanos);
        boolean isPresentFull = amounts[slot(newest)] + 1 > bound * windowNanos / NANOS;
        return isPresentFull ? toNextWindow : Math.min(toNextWindow, untilWithin);
    }

    /** Whether nothing is left of what was done: as good as a new one. */
    synchronized boolean isEmpty(long nowNanos) {
        return total(nowNanos) == 0;
    }

    private long span(long nowNanos) {
        long whole = (amounts.length - 1) * windowNanos;
        return Math.max(windowNanos, whole + Math.max(0, nowNanos - newest * windowNanos));
    }

    private void advance(long nowNanos) {
        long now = Math.floorDiv(nowNanos, windowNanos);
        for (long window = Math.max(newest + 1, now - amounts.length + 1); window <= now; window++) {
            amounts[slot(window)] = 0;
        }
        newest = Math.max(newest, now);
    }

    private int slot(long window) {
        return (int) Math.floorMod(window, (long) amounts.length);
    }
}
