package io.millrace.broker.replica;

import io.millrace.broker.cluster.PartitionState;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/** Who leads when the leader is gone. Pure: the same answers for the same facts on every broker. */
final class Election {
    private Election() {}

    /** What a broker sees of a partition. {@code isAlive} tells of brokers that can lead and be followed. */
    record Facts(List<Integer> replicas, PartitionState state, Predicate<Integer> isAlive, boolean isUncleanAllowed) {}

    /**
     * The place of a broker among those who may lead now, in order of preference, from 0 on; empty if it may not, or if
     * there is a leader.
     */
    static OptionalInt place(int broker, Facts facts) {
        if (isLed(facts)) {
            return OptionalInt.empty();
        }
        int place = candidates(facts).indexOf(broker);
        return place < 0 ? OptionalInt.empty() : OptionalInt.of(place);
    }

    static boolean isLed(Facts facts) {
        return facts.state().hasLeader() && facts.isAlive().test(facts.state().leader());
    }

    /** Those of the in-sync set; where none of them is alive, the rest if that is allowed, which may lose records. */
    private static List<Integer> candidates(Facts facts) {
        List<Integer> inSync = facts.replicas().stream()
                .filter(id ->
                        facts.state().isr().contains(id) && facts.isAlive().test(id))
                .toList();
        return inSync.isEmpty() && facts.isUncleanAllowed()
                ? facts.replicas().stream().filter(facts.isAlive()).toList()
                : inSync;
    }

    /**
     * What a candidate writes to lead: the next epoch, and a set without those who are gone.
     *
     * @return on the version that it was derived from; empty if the broker is no candidate
     */
    static Optional<PartitionState> claim(int broker, Facts facts) {
        if (place(broker, facts).isEmpty()) {
            return Optional.empty();
        }
        PartitionState now = facts.state();
        boolean isClean = now.isr().contains(broker);
        List<Integer> isr = isClean ? now.isr().stream().filter(facts.isAlive()).toList() : List.of(broker);
        int recovery = isClean ? now.leaderRecoveryState() : PartitionState.RECOVERING;
        return Optional.of(new PartitionState(broker, now.leaderEpoch() + 1, isr, recovery, now.version()));
    }
}
