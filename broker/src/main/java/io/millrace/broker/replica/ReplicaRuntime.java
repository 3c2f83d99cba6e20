package io.millrace.broker.replica;

import java.time.Clock;
import java.util.concurrent.Executor;

/**
 * Time and threads of this room: a few threads in a broker, one thread and a clock moved by hand in a simulation. No
 * class of the room makes a thread or asks the time by other means.
 */
public interface ReplicaRuntime {

    /** The time of day, for what is stored or told. */
    Clock clock();

    /** Time that only ever moves on at an even pace, in ms from any zero: for whatever waits or lags. */
    long ticksMs();

    /** A lane of its own: what it is given runs one after the other, in order, and may use the disk. */
    Lane lane(String name);

    /** Runs tasks one after the other. */
    interface Lane extends Executor, AutoCloseable {

        /**
         * Runs a task in this lane after a while.
         *
         * @return takes it back, if it has not begun
         */
        Runnable after(long delayMs, Runnable task);

        /** Takes no more tasks; waits a bounded time for the one under way. Delayed ones are forgotten. */
        @Override
        void close();
    }
}
