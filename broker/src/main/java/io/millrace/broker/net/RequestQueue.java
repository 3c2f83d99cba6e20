package io.millrace.broker.net;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * The requests of one connection on their way to the workers: one at a time and in order, so that appends happen in the
 * order in which they were sent. A request counts as done when its handler has returned, not when it was answered.
 *
 * <p>Bounded by the connection, which stops reading; the workers' own queue thus holds each connection at most once.
 * Threading: any thread may add.
 */
final class RequestQueue implements Runnable {
    private final Executor workers;
    private final Queue<Runnable> requests = new ArrayDeque<>(1); // grows; most connections are idle
    private boolean running;

    RequestQueue(Executor workers) {
        this.workers = workers;
    }

    /** Whether all that was added has been handled. Stays so until the next {@link #add}. */
    boolean isIdle() {
        synchronized (requests) {
            return !running;
        }
    }

    void add(Runnable request) {
        synchronized (requests) {
            requests.add(request);
            if (running) {
                return;
            }
            running = true;
        }
        workers.execute(this);
    }

    @Override
    public void run() {
        Runnable request;
        synchronized (requests) {
            request = requests.poll();
        }
        try {
            request.run();
        } finally {
            boolean more;
            synchronized (requests) {
                more = !requests.isEmpty();
                running = more;
            }
            if (more) {
                workers.execute(this); // behind the other connections
            }
        }
    }
}
