package io.millrace.broker.net;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Counts the bytes of all requests that are held in memory.
 *
 * <p>A request is let in while the bound is not reached yet. A large one takes its memory in steps as its bytes come;
 * when a step would pass the bound, one request at a time is favoured and gets all the memory it needs, so that what is
 * held passes the bound by one request at the most, requests that are all half-way do not wait for each other, and a
 * request larger than the bound can still come in. Who is turned away stops reading its socket and is called when it is
 * worth trying again.
 *
 * <p>Threading: any thread; {@code onRoom} callbacks run on the thread that made room and must only schedule.
 */
final class MemoryBudget {
    private final long limit;
    private final List<Runnable> newcomers = new ArrayList<>();
    private final List<Runnable> halfWay = new ArrayList<>();
    private long held;
    private Optional<Object> favoured = Optional.empty();

    /** @param limit in bytes */
    MemoryBudget(long limit) {
        this.limit = limit;
    }

    /** Lets the first bytes of a request in, or remembers the caller: {@code onRoom} runs once. */
    synchronized boolean tryReserve(long bytes, Runnable onRoom) {
        if (held >= limit) {
            newcomers.add(onRoom);
            return false;
        }
        held += bytes;
        return true;
    }

    /** Counts more bytes of a request that was let in already, if there is room for them. */
    synchronized boolean tryGrow(long bytes) {
        if (held + bytes > limit) {
            return false;
        }
        held += bytes;
        return true;
    }

    /**
     * Counts all remaining bytes of a request past the bound, if no other is favoured so; otherwise remembers the caller:
     * {@code onRoom} runs once. The favour lasts until {@link #endFavour}.
     */
    synchronized boolean tryFavour(Object request, long bytes, Runnable onRoom) {
        if (favoured.isPresent()) {
            halfWay.add(onRoom);
            return false;
        }
        favoured = Optional.of(request);
        held += bytes;
        return true;
    }

    /** The request is done with, or will not come any more; does nothing if it was not favoured. */
    void endFavour(Object request) {
        synchronized (this) {
            if (!favoured.equals(Optional.of(request))) {
                return;
            }
            favoured = Optional.empty();
        }
        callBack();
    }

    /** Whether less than half of the bound is in use. */
    synchronized boolean isRoomy() {
        return held < limit / 2;
    }

    /** Whether somebody waits for room. */
    synchronized boolean isSoughtAfter() {
        return !newcomers.isEmpty() || !halfWay.isEmpty();
    }

    /** Gives bytes back; 0 hands on a call that came in vain. */
    void release(long bytes) {
        synchronized (this) {
            held -= bytes;
        }
        callBack();
    }

    private void callBack() {
        List<Runnable> called = new ArrayList<>();
        synchronized (this) {
            if (held < limit || favoured.isEmpty()) {
                called.addAll(halfWay); // first: they hold memory until they have more
                halfWay.clear();
            }
            if (held < limit) {
                called.addAll(newcomers);
                newcomers.clear();
            }
        }
        called.forEach(Runnable::run);
    }

    synchronized long held() {
        return held;
    }
}
