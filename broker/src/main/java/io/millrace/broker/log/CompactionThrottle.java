package io.millrace.broker.log;

import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Holds a compaction back to so many bytes per second, read and written together, and ends it when the broker stops.
 *
 * <p>Threading: one thread.
 */
final class CompactionThrottle {
    /** Shorter pauses are saved up. */
    private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** How a compaction waits. */
    interface Pace {
        /** Waits so long, or until the broker stops. */
        void pause(long nanos);

        boolean isStopped();
    }

    private final double nanosPerByte;
    private final LongSupplier nanoTime;
    private final Pace pace;
    private final LongConsumer passed;
    private long beganAt;
    private double owedNanos;

    CompactionThrottle(double bytesPerSecond, LongSupplier nanoTime, Pace pace) {
        this(bytesPerSecond, nanoTime, pace, bytes -> {});
    }

    /** @param passed told of all bytes that pass */
    CompactionThrottle(double bytesPerSecond, LongSupplier nanoTime, Pace pace, LongConsumer passed) {
        this.passed = passed;
        this.nanosPerByte = TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
        this.nanoTime = nanoTime;
        this.pace = pace;
    }

    /** A run begins: time that passed before it counts for nothing. */
    void begin() {
        beganAt = nanoTime.getAsLong();
        owedNanos = 0;
    }

    /** Notes bytes that were read or written, and waits as long as they make necessary. */
    void passed(long bytes) throws CompactionAbandonedException {
        passed.accept(bytes);
        owedNanos += bytes * nanosPerByte;
        double ahead = owedNanos - (nanoTime.getAsLong() - beganAt);
        if (ahead >= SHORTEST_NANOS) {
            pace.pause((long) ahead);
        }
        if (pace.isStopped()) {
            throw new CompactionAbandonedException("the broker stops");
        }
    }
}
