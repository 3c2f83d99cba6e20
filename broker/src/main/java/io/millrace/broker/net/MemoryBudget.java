package io.millrace.broker.net;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Counts the bytes of all requests that are held in memory.
 *
 * <p>A request is let in while the bound is not reached yet, so that what is held passes the bound by one request at the
 * most and a request larger than the bound can still come in. Who is not let in stops reading its socket and is called
 * when there is room again.
 *
 * <p>Threading: any thread; {@code onRoom} callbacks run on the thread that released and must only schedule.
 */
final class MemoryBudget {
    private final long limit;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private long held;

    /** @param limit in bytes */
    MemoryBudget(long limit) {
        this.limit = limit;
    }

    /** Lets bytes in, or remembers the caller: {@code onRoom} runs once when it is worth trying again. */
    synchronized boolean tryReserve(long bytes, Runnable onRoom) {
        if (held >= limit) {
            waiting.add(onRoom);
            return false;
        }
        held += bytes;
        return true;
    }

    /** Counts more bytes of a request that was let in already. */
    synchronized void reserveMore(long bytes) {
        held += bytes;
    }

    void release(long bytes) {
        Runnable next;
        synchronized (this) {
            held -= bytes;
            next = held < limit ? waiting.poll() : null;
        }
        while (next != null) {
            next.run();
            synchronized (this) {
                next = held < limit ? waiting.poll() : null;
            }
        }
    }

    synchronized long held() {
        return held;
    }
}
