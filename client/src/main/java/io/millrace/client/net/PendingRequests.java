package io.millrace.client.net;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The requests of one connection in their order: first those that were sent and wait for their answers, behind them those
 * that wait to be sent.
 *
 * <p>Threading: the I/O thread.
 */
final class PendingRequests {
    /** Requests that may be under way or wait at a time. */
    static final int MAX = 100;

    private final Deque<PendingRequest<?>> requests = new ArrayDeque<>(8);

    boolean isFull() {
        return requests.size() >= MAX;
    }

    boolean isEmpty() {
        return requests.isEmpty();
    }

    int size() {
        return requests.size();
    }

    void add(PendingRequest<?> request) {
        requests.add(request);
    }

    /** The one that begins a connection goes before all that came while it was made. */
    void addFirst(PendingRequest<?> request) {
        requests.addFirst(request);
    }

    /** Those that were not sent, oldest first. */
    List<PendingRequest<?>> unsent() {
        List<PendingRequest<?>> unsent = new ArrayList<>();
        for (PendingRequest<?> request : requests) {
            if (!request.isSent()) {
                unsent.add(request);
            }
        }
        return unsent;
    }

    /** Whether the answer with this correlation id is the next one due. */
    boolean isDue(int correlationId) {
        return !requests.isEmpty() && requests.peek().isAnsweredBy(correlationId);
    }

    /** Takes out the one that is answered next. */
    PendingRequest<?> removeFirst() {
        return requests.remove();
    }

    /** Takes out one that ends without an answer. */
    void remove(PendingRequest<?> request) {
        requests.remove(request);
    }

    /** The one whose time is over first. */
    Optional<PendingRequest<?>> mostUrgent() {
        PendingRequest<?> urgent = requests.peek();
        for (PendingRequest<?> request : requests) {
            if (request.deadlineNs() - urgent.deadlineNs() < 0) {
                urgent = request;
            }
        }
        return Optional.ofNullable(urgent);
    }

    /** Takes all of them out. */
    List<PendingRequest<?>> removeAll() {
        List<PendingRequest<?>> all = new ArrayList<>(requests);
        requests.clear();
        return all;
    }
}
