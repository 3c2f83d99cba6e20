package io.millrace.broker.replica;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Does what is to be done for internal partitions a few at a time, and not before those of users' topics: as a broker goes
 * there are many of them, each costs every broker a write, a read and a change of roles, and the clients of the others, who
 * wait, share their processors and the store with that.
 *
 * <p>What is added goes at once if nothing is held off and little waits. Memory: one entry for each partition here.
 *
 * <p>Threading: the leadership lane.
 *
 * @param <T> what is done something for; added twice, it is done once
 */
final class Turns<T> {
    private static final long USERS_FIRST_MS = 300;
    private static final long TURN_MS = 40;
    private static final int AT_LEAST = 2;
    private static final int MOST_TURNS = 25; // whatever there is, it takes about a second

    private final ReplicaRuntime runtime;
    private final ReplicaRuntime.Lane lane;
    private final Consumer<T> each;
    private final Set<T> waiting = new LinkedHashSet<>();
    private final List<Runnable> afterwards = new ArrayList<>();
    private long notBeforeMs;
    private int few = AT_LEAST;
    private boolean isPlanned;

    /** @param each done in the lane, never while something is added */
    Turns(ReplicaRuntime runtime, ReplicaRuntime.Lane lane, Consumer<T> each) {
        this.runtime = runtime;
        this.lane = lane;
        this.each = each;
        this.notBeforeMs = runtime.ticksMs();
    }

    /** Has nothing done for a moment, unless something waits already: users' partitions are busy. */
    void holdOff() {
        if (waiting.isEmpty()) {
            notBeforeMs = runtime.ticksMs() + USERS_FIRST_MS;
        }
    }

    void add(T one) {
        waiting.add(one);
        plan();
    }

    /** Runs something once nothing waits; at once if that is so. */
    void afterwards(Runnable task) {
        afterwards.add(task);
        plan();
    }

    private void plan() {
        if (!isPlanned) {
            isPlanned = true;
            lane.after(Math.max(0, notBeforeMs - runtime.ticksMs()), this::turn);
        }
    }

    private void turn() {
        isPlanned = false;
        few = Math.max(few, waiting.size() / MOST_TURNS);
        List<T> now = new ArrayList<>(few);
        for (Iterator<T> next = waiting.iterator(); next.hasNext() && now.size() < few; next.remove()) {
            now.add(next.next());
        }
        notBeforeMs = runtime.ticksMs() + TURN_MS;
        now.forEach(each);
        if (!waiting.isEmpty()) {
            plan();
            return;
        }
        few = AT_LEAST;
        List<Runnable> due = List.copyOf(afterwards);
        afterwards.clear();
        due.forEach(Runnable::run);
    }
}
