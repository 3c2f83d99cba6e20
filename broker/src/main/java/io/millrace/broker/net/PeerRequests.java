package io.millrace.broker.net;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The requests of one connection that wait for their answers, in their order.
 *
 * <p>Threading: room for one is taken by whoever asks; the requests themselves belong to the connection's event loop.
 */
final class PeerRequests {
    /** Requests that may wait at a time. */
    static final int MAX = 1000;

    private final AtomicInteger count = new AtomicInteger();
    private final Deque<PeerRequest<?>> waiting = new ArrayDeque<>(4);

    /** Takes room for a request that will be added; false if there is none. */
    boolean tryReserve() {
        if (count.incrementAndGet() <= MAX) {
            return true;
        }
        count.decrementAndGet();
        return false;
    }

    /** Gives back the room of a request that will not be added. */
    void release() {
        count.decrementAndGet();
    }

    /** Adds a request for which there is room. */
    void add(PeerRequest<?> request) {
        waiting.add(request);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    Iterable<PeerRequest<?>> all() {
        return waiting;
    }

    /** Whether the answer with this correlation id is the next one due. */
    boolean isDue(int correlationId) {
        return !waiting.isEmpty() && waiting.peek().isAnsweredBy(correlationId);
    }

    /** The one that is answered next. */
    PeerRequest<?> first() {
        return waiting.element();
    }

    void removeFirst() {
        waiting.remove();
        count.decrementAndGet();
    }

    /** The one whose time is over first. */
    Optional<PeerRequest<?>> mostUrgent() {
        PeerRequest<?> urgent = waiting.peek();
        for (PeerRequest<?> request : waiting) {
            if (request.deadlineNs() - urgent.deadlineNs() < 0) {
                urgent = request;
            }
        }
        return Optional.ofNullable(urgent);
    }

    /** Takes all of them out. */
    List<PeerRequest<?>> removeAll() {
        List<PeerRequest<?>> all = new ArrayList<>(waiting);
        waiting.clear();
        count.addAndGet(-all.size());
        return all;
    }
}
