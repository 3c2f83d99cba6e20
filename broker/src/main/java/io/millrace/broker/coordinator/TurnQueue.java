package io.millrace.broker.coordinator;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;

/**
 * Runs turns one after the other on threads that many queues share.
 *
 * <p>Threading: any thread adds. A turn sees all that the turns before it did.
 */
final class TurnQueue {
    /** After so many turns the thread goes to the next queue. */
    private static final int TURNS_AT_ONCE = 64;

    private final Executor pool;
    private final int bound;
    private final Deque<Runnable> waiting = new ArrayDeque<>(); // guarded by this, as is the next
    private boolean running;

    TurnQueue(Executor pool, int bound) {
        this.pool = pool;
        this.bound = bound;
    }

    /** Adds a turn that somebody asked for, unless the queue is full. */
    boolean offer(Runnable turn) {
        return add(turn, bound);
    }

    /** Adds a turn whatever the bound: for events that the shard itself is the cause of, of which there are few. */
    void add(Runnable turn) {
        add(turn, Integer.MAX_VALUE);
    }

    private boolean add(Runnable turn, int most) {
        synchronized (this) {
            if (waiting.size() >= most) {
                return false;
            }
            waiting.add(turn);
            if (running) {
                return true;
            }
            running = true;
        }
        pool.execute(this::runSome);
        return true;
    }

    private void runSome() {
        for (int i = 0; i < TURNS_AT_ONCE; i++) {
            Runnable turn;
            synchronized (this) {
                turn = waiting.poll();
                if (turn == null) {
                    running = false;
                    return;
                }
            }
            turn.run();
        }
        pool.execute(this::runSome);
    }
}
