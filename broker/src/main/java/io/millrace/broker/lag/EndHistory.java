package io.millrace.broker.lag;

/**
 * When a partition's end was where, so that an offset tells a time. A bounded number of points: the further back, the
 * fewer.
 *
 * <p>Threading: one thread.
 */
final class EndHistory {
    private static final int MOST = 48;

    private final long[] times = new long[MOST];
    private final long[] ends = new long[MOST];
    private int size;

    /** The partition ends there now. */
    void add(long nowMs, long end) {
        if (size > 0 && end <= ends[size - 1]) {
            if (end < ends[size - 1]) {
                size = 0; // it is another partition of that name, or has lost records
            } else {
                times[size - 1] = size > 1 && ends[size - 2] == end ? nowMs : times[size - 1];
                if (size > 1 && ends[size - 2] == end) {
                    return;
                }
            }
        }
        if (size == MOST) {
            thin();
        }
        times[size] = nowMs;
        ends[size] = end;
        size++;
    }

    /** Where it ended when that was last known; -1 if it never was. */
    long lastEnd() {
        return size == 0 ? -1 : ends[size - 1];
    }

    /** Lets every other point go, but for the first and the last. */
    private void thin() {
        int kept = 1;
        for (int i = 2; i < size - 1; i += 2) {
            times[kept] = times[i];
            ends[kept] = ends[i];
            kept++;
        }
        times[kept] = times[size - 1];
        ends[kept] = ends[size - 1];
        size = kept + 1;
    }

    /**
     * For how long the record at an offset has been there, in milliseconds: 0 for one that is still to come. For one from
     * before the history it is for how long the history goes back, since more is not known.
     */
    long ageMs(long offset, long nowMs) {
        if (size == 0 || offset >= ends[size - 1]) {
            return 0;
        }
        int after = 0;
        while (ends[after] <= offset) {
            after++;
        }
        if (after == 0) {
            return nowMs - times[0];
        }
        double share = (double) (offset - ends[after - 1]) / (ends[after] - ends[after - 1]);
        return nowMs - times[after - 1] - (long) (share * (times[after] - times[after - 1]));
    }
}
