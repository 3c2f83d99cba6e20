package io.millrace.broker.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.coordinator.Answer;
import io.millrace.broker.group.JoinOutcome.Joined;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What must hold whatever happens: compared with all that clients were told. */
final class SimRules {
    private final List<Answer<?>> expected = new ArrayList<>();
    private final Map<Integer, Joined> toldOf = new HashMap<>(); // by generation, in this life of the coordinator
    private final List<Runnable> unchecked = new ArrayList<>(); // in the order in which clients were told
    private int lastSettled;
    private int lastJoined;
    private long offset;

    /** The coordinator begins anew with what the log says: generations that were not settled may come again. */
    void newLife() {
        check();
        toldOf.clear();
        lastJoined = lastSettled;
    }

    <R> Answer<R> expect(Answer<R> answer) {
        expected.add(answer);
        return answer;
    }

    /** Every request was answered. */
    void assertAllAnswered() {
        assertEquals(0, expected.stream().filter(answer -> !answer.isGiven()).count());
    }

    void told(JoinOutcome outcome) {
        if (outcome instanceof Joined joined) {
            unchecked.add(() -> joined(joined));
        }
    }

    void check() {
        unchecked.forEach(Runnable::run);
        unchecked.clear();
    }

    /** All of a generation are told of the same leader and protocol, the leader alone of the members, and it only grows. */
    private void joined(Joined joined) {
        assertTrue(joined.generation() >= lastJoined, () -> "generation " + joined + " after " + lastJoined);
        lastJoined = Math.max(lastJoined, joined.generation());
        Joined first = toldOf.computeIfAbsent(joined.generation(), g -> joined);
        assertEquals(first.leader(), joined.leader());
        assertEquals(first.protocolName(), joined.protocolName());
        boolean leads = joined.leader().equals(joined.memberId());
        assertEquals(leads, !joined.members().isEmpty());
        assertTrue(!leads
                || joined.members().stream().anyMatch(other -> other.memberId().equals(joined.memberId())));
    }

    void toldAssignment(int generation) {
        unchecked.add(() -> settled(generation));
    }

    private void settled(int generation) {
        assertTrue(generation >= lastSettled, () -> "settled in " + generation + " after " + lastSettled);
        lastSettled = generation;
    }

    long nextOffset() {
        return ++offset;
    }
}
