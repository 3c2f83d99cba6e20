package io.millrace.tools.stream;

import io.millrace.client.MillraceException;
import io.millrace.client.producer.SendCallback;
import io.millrace.client.producer.SendOutcome;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Counts what brokers have acknowledged, by partition.
 *
 * <p>Threading: made by the thread that sends; told by the producer's I/O thread, and of refusals by that one; partitions are to be looked at once the
 * producer has flushed, the rest by any thread at any time.
 */
final class Acknowledged implements SendCallback {
    private static final int FIRST_PARTITIONS = 16;

    private final AtomicLong total = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicReference<MillraceException> firstFailure = new AtomicReference<>();
    private final Thread caller = Thread.currentThread();
    private boolean refused; // the caller's
    private long[] counts = new long[FIRST_PARTITIONS]; // the I/O thread's
    private long[] lastOffsets = new long[FIRST_PARTITIONS];

    @Override
    public void onCompletion(SendOutcome outcome) {
        if (outcome.isFailure()) {
            boolean full = outcome.error().orElseThrow().reason() == MillraceException.Reason.BUFFER_FULL;
            if (full && Thread.currentThread().equals(caller)) {
                refused = true;
                return;
            }
            firstFailure.compareAndSet(null, outcome.error().orElseThrow());
            failed.incrementAndGet();
            return;
        }
        int partition = outcome.partition();
        if (partition >= counts.length) {
            int size = Math.max(partition + 1, counts.length * 2);
            counts = Arrays.copyOf(counts, size);
            lastOffsets = Arrays.copyOf(lastOffsets, size);
        }
        counts[partition]++;
        lastOffsets[partition] = outcome.offset();
        total.lazySet(total.getPlain() + 1); // nobody else writes
    }

    /** Whether the record that was sent just now found no room, and is to be sent again. For the caller's thread. */
    boolean takeRefused() {
        boolean was = refused;
        refused = false;
        return was;
    }

    long total() {
        return total.get();
    }

    long failed() {
        return failed.get();
    }

    Optional<MillraceException> firstFailure() {
        return Optional.ofNullable(firstFailure.get());
    }

    /** What was appended to a partition; the last offset is -1 where the broker did not say. */
    record Appended(long records, long lastOffset) {}

    Map<Integer, Appended> byPartition() {
        Map<Integer, Appended> all = new TreeMap<>();
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                all.put(i, new Appended(counts[i], lastOffsets[i]));
            }
        }
        return all;
    }
}
