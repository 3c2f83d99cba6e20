package io.millrace.tools.load;

import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Counts records, bytes and latencies: in all, and since it was looked at last.
 *
 * <p>Threading: any thread adds; one looks.
 */
final class Meter {
    private static final int DIGITS = 3;
    private static final long LONGEST_NS = 3_600_000_000_000L;

    private final LongAdder records = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final Recorder recorder = new Recorder(LONGEST_NS, DIGITS);
    private final Histogram all = new Histogram(LONGEST_NS, DIGITS);
    private long lookedRecords;
    private long lookedBytes;
    private Histogram interval = recorder.getIntervalHistogram(); // its own, or it would not take it back

    /** What came since the last look. */
    record Window(long records, long bytes, Distribution latencies) {}

    void add(long recordBytes) {
        records.increment();
        bytes.add(recordBytes);
    }

    void add(long count, long recordBytes) {
        records.add(count);
        bytes.add(recordBytes);
    }

    void latency(long nanos) {
        recorder.recordValue(Math.max(1, Math.min(LONGEST_NS, nanos)));
    }

    void failed() {
        failures.increment();
    }

    long records() {
        return records.sum();
    }

    long bytes() {
        return bytes.sum();
    }

    long failures() {
        return failures.sum();
    }

    /** What came since the last look; adds it to the whole. */
    Window look() {
        interval = recorder.getIntervalHistogram(interval);
        all.add(interval);
        long nowRecords = records.sum();
        long nowBytes = bytes.sum();
        Window window =
                new Window(nowRecords - lookedRecords, nowBytes - lookedBytes, new Distribution(interval.copy()));
        lookedRecords = nowRecords;
        lookedBytes = nowBytes;
        return window;
    }

    /** Forgets what came so far: a JVM was warming up. */
    void reset() {
        look();
        all.reset();
        records.reset();
        bytes.reset();
        lookedRecords = 0;
        lookedBytes = 0;
    }

    /** All latencies. */
    Distribution latencies() {
        look();
        return new Distribution(all.copy());
    }
}
