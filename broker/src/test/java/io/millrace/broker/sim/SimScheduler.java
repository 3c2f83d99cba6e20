package io.millrace.broker.sim;

import java.util.PriorityQueue;

/**
 * Virtual time, and everything that happens in it, one event after the other.
 *
 * <p>Events of one moment come in an order that their lanes' random streams decide, never in that of a hash table. The
 * hash of all that happened tells two runs apart.
 *
 * <p>Threading: {@link #add} from any thread, all else by the one thread that runs the world.
 */
final class SimScheduler {

    /** Something that will happen, unless it is cancelled. */
    static final class Event implements Comparable<Event> {
        private final long atUs;
        private final long tie;
        private final long stream;
        private final SimProcess owner;
        private Runnable task;

        private Event(long atUs, long tie, long stream, SimProcess owner, Runnable task) {
            this.atUs = atUs;
            this.tie = tie;
            this.stream = stream;
            this.owner = owner;
            this.task = task;
        }

        void cancel() {
            task = null;
        }

        Runnable task() {
            return task;
        }

        long stream() {
            return stream;
        }

        @Override
        public int compareTo(Event other) {
            int order = Long.compare(atUs, other.atUs);
            if (order == 0) {
                order = Long.compare(tie, other.tie);
            }
            return order == 0 ? Long.compare(stream, other.stream) : order;
        }
    }

    private final PriorityQueue<Event> queue = new PriorityQueue<>();
    private volatile long nowUs;
    private long events;
    private long hash = 17;
    private SimProcess last;

    long nowUs() {
        return nowUs;
    }

    long nowMs() {
        return nowUs / 1000;
    }

    /** How many events there have been. */
    long events() {
        return events;
    }

    /** A number that two runs share only if they were the same. */
    long hash() {
        return hash;
    }

    /** In whose life the last event happened; null before the first. */
    SimProcess last() {
        return last;
    }

    void mixIn(long value) {
        hash = Rng.mix(hash * 31 + value);
    }

    /**
     * Has something happen.
     *
     * @param tie decides between events of one moment
     * @param stream names the lane it is of
     * @param owner in whose life it happens: not while it is paused, never after it is dead
     */
    synchronized Event add(long atUs, long tie, long stream, SimProcess owner, Runnable task) {
        Event event = new Event(Math.max(atUs, nowUs), tie, stream, owner, task);
        queue.add(event);
        return event;
    }

    private synchronized Event poll(long untilUs) {
        Event next = queue.peek();
        return next == null || next.atUs > untilUs ? null : queue.poll();
    }

    /** Runs the next event that is due by a time. False if there is none: then it is that time. */
    boolean step(long untilUs) {
        Event next = poll(untilUs);
        if (next == null) {
            nowUs = Math.max(nowUs, untilUs);
            return false;
        }
        nowUs = Math.max(nowUs, next.atUs);
        if (next.task() == null || next.owner.isDead()) {
            return true;
        }
        if (next.owner.isPaused()) {
            next.owner.holdBack(next);
            return true;
        }
        events++;
        mixIn(nowUs ^ next.stream);
        last = next.owner;
        next.owner.run(next.task());
        return true;
    }
}
