package io.millrace.broker.net;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/**
 * Counts the bytes of all requests that are held in memory.
 *
 * <p>A request is let in, and may grow, while the bound is not reached yet. Past the bound one request at a time may
 * grow nevertheless, so that there is always one which gets done and a request larger than the bound can still come in:
 * what is held passes the bound by one request and one step of another. Who gets no room stops reading its socket and
 * is called when there may be some.
 *
 * <p>Threading: any thread; {@code onRoom} callbacks run on the thread that released and must only schedule.
 */
final class MemoryBudget {
    private final long limit;
    private Queue<Runnable> waiting = new ArrayDeque<>();
    private long held;
    private boolean overdrawn;

    /** @param limit in bytes */
    MemoryBudget(long limit) {
        this.limit = limit;
    }

    /** Lets bytes in, or remembers the caller: {@code onRoom} runs once when it is worth trying again. */
    synchronized Optional<Reservation> tryReserve(long bytes, Runnable onRoom) {
        if (held >= limit) {
            waiting.add(onRoom);
            return Optional.empty();
        }
        held += bytes;
        return Optional.of(new Reservation(bytes));
    }

    synchronized long held() {
        return held;
    }

    private void release(Reservation reservation) {
        Iterable<Runnable> woken;
        synchronized (this) {
            held -= reservation.bytes;
            reservation.bytes = 0;
            boolean mayOverdraw = reservation.overdraws;
            if (mayOverdraw) {
                reservation.overdraws = false;
                overdrawn = false;
            }
            if (held >= limit && !mayOverdraw) {
                return;
            }
            woken = waiting.isEmpty() ? List.of() : waiting;
            waiting = waiting.isEmpty() ? waiting : new ArrayDeque<>();
        }
        woken.forEach(Runnable::run); // who is too late waits anew
    }

    /** The bytes of one request. One thread at a time, handed on safely. */
    final class Reservation {
        private long bytes; // guarded by the budget
        private boolean overdraws; // guarded by the budget

        private Reservation(long bytes) {
            this.bytes = bytes;
        }

        /** Lets more bytes of the request in, or remembers the caller as {@link MemoryBudget#tryReserve} does. */
        boolean tryGrow(long more, Runnable onRoom) {
            synchronized (MemoryBudget.this) {
                if (held >= limit && !overdraws) {
                    if (overdrawn) {
                        waiting.add(onRoom);
                        return false;
                    }
                    overdrawn = true;
                    overdraws = true;
                }
                held += more;
                bytes += more;
                return true;
            }
        }

        /** Lets all bytes go; does nothing the second time. */
        void release() {
            MemoryBudget.this.release(this);
        }
    }
}
