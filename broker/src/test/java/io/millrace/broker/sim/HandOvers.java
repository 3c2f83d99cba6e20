package io.millrace.broker.sim;

import io.millrace.broker.cluster.PartitionState;
import io.millrace.protocol.TopicPartition;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a leader owes to whom it hands over, whatever the acks: the heir has all that the leader has when it is named, and
 * the leader takes nothing more.
 *
 * <p>Threading: the world's thread.
 */
final class HandOvers {
    private final boolean areFinal;
    private final Map<String, Given> given = new TreeMap<>();

    private record Given(int epoch, long end) {}

    /**
     * @param areFinal whether a hand-over is never given up, since each broker soon hears what became of its writes; one
     *     that does not may take records again when its time is over, though the heir was named
     */
    HandOvers(boolean areFinal) {
        this.areFinal = areFinal;
    }

    /**
     * A leader has named another one.
     *
     * @param mayLack whether the heir has lost what it had, or is named without being asked, by a leader that is cut off
     */
    void written(
            TopicPartition id, PartitionState before, PartitionState now, Copy leaders, Copy heirs, boolean mayLack) {
        int has = heirs.batches().size();
        boolean hasAll = has >= leaders.batches().size()
                && heirs.batches().subList(0, leaders.batches().size()).equals(leaders.batches());
        if (!hasAll && !mayLack) {
            throw new Violation(
                    "%s: broker %s hands over to %s, which has records up to %s only, there are some up to %s",
                    id, before.leader(), now.leader(), heirs.end(), leaders.end());
        }
        if (areFinal) {
            given.put(key(id, before.leader()), new Given(before.leaderEpoch(), leaders.end()));
        }
    }

    /** A broker leads still, for all that it knows. */
    void leads(TopicPartition id, int broker, int epoch, long end) {
        Given last = given.get(key(id, broker));
        if (last != null && last.epoch() == epoch && end > last.end()) {
            throw new Violation(
                    "%s: broker %s took records up to %s at epoch %s, which it had handed over with those up to %s",
                    id, broker, end, epoch, last.end());
        }
    }

    private static String key(TopicPartition id, int broker) {
        return id + " of " + broker;
    }
}
