package io.millrace.broker.it;

import java.util.ArrayList;
import java.util.List;

/**
 * What became of numbered records.
 *
 * @param acked acknowledged to a producer
 * @param failed sends that a producer gave up, which a client's user sees
 * @param lost acknowledged, and not stored where the acknowledgement said
 * @param duplicated numbers that are stored more than once
 * @param reordered records of a producer that are stored behind a later one in the same partition
 * @param phantoms delivered to the group, and not (any more) stored there
 * @param unread stored, and never delivered to the group
 * @param steppedBack partitions given to a member at less than a position that the group had committed
 * @param longestSilence the longest time between two acknowledgements in the same partition
 * @param fullAfterMs until all replicas were in sync again, once the test was done with its faults
 * @param differingReplicas partitions whose copies are not the same bytes
 */
record NumberedVerdict(
        long acked,
        long failed,
        long lost,
        long duplicated,
        long reordered,
        long phantoms,
        long unread,
        long steppedBack,
        NumberedLedger.Silence longestSilence,
        long fullAfterMs,
        int differingReplicas,
        String remark) {

    /** All that must not be; empty if all is well. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        add(faults, lost, "lost");
        add(faults, duplicated, "duplicated");
        add(faults, reordered, "reordered");
        add(faults, phantoms, "delivered but not stored");
        add(faults, unread, "never delivered");
        add(faults, steppedBack, "committed offsets that went back");
        add(faults, differingReplicas, "partitions with unequal replicas");
        if (!remark.isEmpty()) {
            faults.add(remark);
        }
        return faults;
    }

    private static void add(List<String> faults, long count, String what) {
        if (count != 0) {
            faults.add(count + " " + what);
        }
    }

    @Override
    public String toString() {
        return String.format(
                "acknowledged %,d, lost %d, duplicated %d, reordered %d, longest silence %s; failed sends %d,"
                        + " commits gone back %d, unequal replicas %d, in sync again after %,d ms%s",
                acked,
                lost,
                duplicated,
                reordered,
                longestSilence,
                failed,
                steppedBack,
                differingReplicas,
                fullAfterMs,
                remark.isEmpty() ? "" : "; " + remark);
    }
}
