package io.millrace.tools.mirror;

import io.millrace.protocol.record.BufferSlice;
import java.util.List;

/**
 * A batch on its way by Produce, or, without records, the word that the source has nothing more to copy up to an offset.
 *
 * @param crate what it came in
 * @param runs where its records are, in the source and from 0 on in the target
 * @param sourceNext behind it in the source
 * @param sequence of its first record
 */
record Parcel(
        Crate crate,
        BufferSlice records,
        List<OffsetPairs.Run> runs,
        long sourceNext,
        int sequence,
        long timestamp,
        int bytes) {

    boolean isEmpty() {
        return runs.isEmpty();
    }

    int count() {
        return runs.stream().mapToInt(run -> (int) run.length()).sum();
    }

    /**
     * A portion that was taken apart: its bytes are let go once the last parcel has been sent, and are under way no more once
     * the last one has landed.
     *
     * <p>Threading: the I/O thread.
     */
    static final class Crate {
        private final Portion portion;
        private final Runnable onLanded;
        private int unsent = 1;
        private int unlanded = 1;

        /** @param onLanded runs when all that was in it has come to an end */
        Crate(Portion portion, Runnable onLanded) {
            this.portion = portion;
            this.onLanded = onLanded;
        }

        int generation() {
            return portion.generation();
        }

        /** One parcel more. */
        void filled() {
            unsent++;
            unlanded++;
        }

        /** One parcel's bytes, or the portion itself, are not needed any more. */
        void sent() {
            if (--unsent == 0) {
                portion.records().release();
            }
        }

        /** Whatever became of one. */
        void landed() {
            if (--unlanded == 0) {
                onLanded.run();
            }
        }
    }
}
