package io.millrace.client.consumer;

import io.millrace.client.MillraceException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What the I/O thread has for the application's: slices in the order in which they came, things to be done by that
 * thread, and a failure to be thrown there.
 *
 * <p>Bounded by {@link FetchBudget}, since slices are asked for only where there is room. Threading: any, under one lock.
 */
final class PollQueue {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final Deque<FetchedSlice> slices = new ArrayDeque<>();
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private Optional<MillraceException> failure = Optional.empty();
    private Optional<Runnable> listener = Optional.empty();
    private boolean woken;
    private boolean closed;

    /** Has somebody told of news who does not wait for them; any thread may tell. */
    void onNews(Runnable told) {
        lock.lock();
        try {
            listener = Optional.of(told);
        } finally {
            lock.unlock();
        }
    }

    private void tellListener() {
        Optional<Runnable> told;
        lock.lock();
        try {
            told = listener;
        } finally {
            lock.unlock();
        }
        told.ifPresent(Runnable::run);
    }

    // ---- the I/O thread

    void deliver(FetchedSlice slice) {
        boolean taken;
        lock.lock();
        try {
            taken = !closed;
            if (taken) {
                slices.add(slice);
                news.signal();
            }
        } finally {
            lock.unlock();
        }
        if (taken) {
            tellListener();
        } else {
            slice.release();
        }
    }

    /** Has the application's thread do something in its next poll. */
    void tell(Runnable task) {
        lock.lock();
        try {
            tasks.add(task);
            news.signal();
        } finally {
            lock.unlock();
        }
        tellListener();
    }

    /** Has the next poll throw; the first of several failures counts. */
    void fail(MillraceException why) {
        lock.lock();
        try {
            failure = failure.isPresent() ? failure : Optional.of(why);
            news.signal();
        } finally {
            lock.unlock();
        }
        tellListener();
    }

    // ---- any thread

    /** Ends the present wait, or the next one. */
    void wake() {
        lock.lock();
        try {
            woken = true;
            news.signal();
        } finally {
            lock.unlock();
        }
        tellListener();
    }

    /** Nothing more is taken in; gives back what nobody will read. */
    void close() {
        Deque<FetchedSlice> left;
        lock.lock();
        try {
            closed = true;
            woken = true;
            left = new ArrayDeque<>(slices);
            slices.clear();
            tasks.clear();
            news.signal();
        } finally {
            lock.unlock();
        }
        left.forEach(FetchedSlice::release);
    }

    // ---- the application's thread

    Optional<FetchedSlice> nextSlice() {
        lock.lock();
        try {
            return Optional.ofNullable(slices.poll());
        } finally {
            lock.unlock();
        }
    }

    Optional<Runnable> nextTask() {
        lock.lock();
        try {
            return Optional.ofNullable(tasks.poll());
        } finally {
            lock.unlock();
        }
    }

    /** The failure, once. */
    Optional<MillraceException> takeFailure() {
        lock.lock();
        try {
            Optional<MillraceException> taken = failure;
            failure = Optional.empty();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until there is something to take.
     *
     * @return false once time is over, somebody wants the wait to end, or the thread was interrupted, which it still is
     */
    boolean await(long deadlineNs) {
        lock.lock();
        try {
            while (slices.isEmpty() && tasks.isEmpty() && failure.isEmpty()) {
                long left = deadlineNs - System.nanoTime();
                if (woken || left <= 0) {
                    woken = closed;
                    return false;
                }
                news.await(left, TimeUnit.NANOSECONDS);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // for the caller to see; the wait is over
            return false;
        } finally {
            lock.unlock();
        }
    }
}
