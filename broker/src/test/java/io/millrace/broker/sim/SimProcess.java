package io.millrace.broker.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One life of a process: what runs in it stands still while it is paused, and is gone when it is dead.
 *
 * <p>Threading: the world's thread.
 */
final class SimProcess {
    private final SimScheduler scheduler;
    private final String name;
    private final long seed;
    private final int slowness;
    private final Failures failures;
    private final Map<String, Integer> laneNames = new HashMap<>();
    private final List<SimScheduler.Event> held = new ArrayList<>();
    private boolean paused;
    private boolean dead;

    /** Who is told what no task may let out. */
    interface Failures {
        void failed(String process, Throwable failure);
    }

    /**
     * @param name with the number of this life, to have random streams of its own
     * @param slowness how long tasks wait to be run, from 0
     */
    SimProcess(SimScheduler scheduler, String name, long seed, int slowness, Failures failures) {
        this.scheduler = scheduler;
        this.name = name;
        this.seed = seed;
        this.slowness = slowness;
        this.failures = failures;
    }

    String name() {
        return name;
    }

    SimScheduler scheduler() {
        return scheduler;
    }

    int slowness() {
        return slowness;
    }

    /** A random stream of this life: the same name gives another one each time. */
    synchronized Rng stream(String what) {
        return new Rng(seed, uniqueName(what));
    }

    private String uniqueName(String what) {
        int number = laneNames.merge(what, 1, Integer::sum);
        return name + "/" + what + "#" + number;
    }

    synchronized SimLane lane(String what) {
        String unique = uniqueName(what);
        return new SimLane(this, unique, new Rng(seed, unique));
    }

    boolean isPaused() {
        return paused;
    }

    boolean isDead() {
        return dead;
    }

    boolean isRunning() {
        return !dead && !paused;
    }

    void pause() {
        paused = true;
    }

    /** Everything that was due meanwhile happens now, in its order. */
    void resume() {
        paused = false;
        List<SimScheduler.Event> due = List.copyOf(held);
        held.clear();
        long order = Long.MIN_VALUE;
        for (SimScheduler.Event event : due) {
            if (event.task() != null) {
                scheduler.add(scheduler.nowUs(), order++, event.stream(), this, event.task());
            }
        }
    }

    void kill() {
        dead = true;
        held.clear();
    }

    void holdBack(SimScheduler.Event event) {
        held.add(event);
    }

    void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            failures.failed(name, e);
        }
    }
}
