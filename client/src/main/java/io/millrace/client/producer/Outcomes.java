package io.millrace.client.producer;

import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is told what became of a batch's records. Records in a row with the same callback take one entry, so that a producer
 * with one callback for all pays nothing per record.
 *
 * <p>Threading: whoever owns the batch.
 */
final class Outcomes {
    private static final Logger LOG = LoggerFactory.getLogger(Outcomes.class);

    private SendCallback[] callbacks = new SendCallback[2];

    /** The first record of each run. */
    private int[] starts = new int[2];

    private int runs;

    /** Adds the callback of the next record. */
    @SuppressWarnings("ReferenceEquality") // the same callback, not an equal one
    void add(int record, SendCallback callback) {
        if (runs > 0 && callbacks[runs - 1] == callback) {
            return;
        }
        if (runs == callbacks.length) {
            callbacks = Arrays.copyOf(callbacks, 2 * runs);
            starts = Arrays.copyOf(starts, 2 * runs);
        }
        callbacks[runs] = callback;
        starts[runs++] = record;
    }

    /** The callback of a record. */
    SendCallback of(int record) {
        int found = Arrays.binarySearch(starts, 0, runs, record);
        return callbacks[found >= 0 ? found : -found - 2];
    }

    /** Tells all; {@code count} is the number of records. */
    void tell(SendOutcome outcome, int count) {
        for (int run = 0; run < runs; run++) {
            int end = run + 1 < runs ? starts[run + 1] : count;
            if (!SendCallback.NONE.equals(callbacks[run])) {
                for (int record = starts[run]; record < end; record++) {
                    tell(callbacks[run], outcome.at(record));
                }
            }
        }
    }

    /** Tells one; what it throws is its own affair. */
    static void tell(SendCallback callback, SendOutcome outcome) {
        try {
            callback.onCompletion(outcome);
        } catch (RuntimeException e) {
            LOG.warn("A callback of a record of {} failed", outcome.topic(), e);
        }
    }
}
