package io.millrace.broker.log;

import io.millrace.protocol.ApiException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Syncs one log for everybody who asks: one sync at a time, and those who ask while it runs share the next one. So a log
 * stands in the queue at most once, however many wait for it.
 *
 * <p>Threading: any thread asks; the sync and the telling run on the disk's sync threads.
 */
final class GroupSync implements Runnable {
    private enum State {
        IDLE,
        QUEUED,
        RUNNING,
        /** Running, and asked for again since it began. */
        RUNNING_AND_WANTED
    }

    private final Executor threads;
    private final Runnable sync;
    private final Consumer<Optional<ApiException>> told;
    private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

    /**
     * @param threads on which to sync, in the order of asking
     * @param sync brings everything that was appended before it began to the disk; throws ApiException if it cannot
     * @param told how a sync ended; the next one may have begun by then
     */
    GroupSync(Executor threads, Runnable sync, Consumer<Optional<ApiException>> told) {
        this.threads = threads;
        this.sync = sync;
        this.told = told;
    }

    /** Has everything synced that was appended before this call. Never waits. */
    void request() {
        State before = state.getAndUpdate(now -> switch (now) {
            case IDLE, QUEUED -> State.QUEUED;
            case RUNNING, RUNNING_AND_WANTED -> State.RUNNING_AND_WANTED;
        });
        if (before == State.IDLE) {
            enqueue();
        }
    }

    private void enqueue() {
        try {
            threads.execute(this);
        } catch (RejectedExecutionException e) {
            state.set(State.IDLE); // stopping: nobody waits any more, and the close syncs
        }
    }

    @Override
    public void run() {
        state.set(State.RUNNING); // from here on, who asks may have appended too late for this one
        Optional<ApiException> failure = Optional.empty();
        try {
            sync.run();
        } catch (ApiException e) {
            failure = Optional.of(e);
        } finally {
            end();
        }
        told.accept(failure);
    }

    private void end() {
        State ended = state.getAndUpdate(now -> now == State.RUNNING ? State.IDLE : State.QUEUED);
        if (ended == State.RUNNING_AND_WANTED) {
            enqueue(); // before telling, so that the disk is busy meanwhile
        }
    }
}
