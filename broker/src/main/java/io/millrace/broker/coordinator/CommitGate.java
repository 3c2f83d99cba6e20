package io.millrace.broker.coordinator;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Holds answers back until what was appended before them is committed, so that nobody is told what a change of leader
 * could still undo. Answers leave in the order in which they came.
 *
 * <p>Threading: in turns of its shard.
 */
final class CommitGate {
    private record Waiting(long sequence, long deadlineMs, Runnable deliver, Consumer<Throwable> refuse) {}

    private final Scheduler scheduler;
    private final long timeoutMs;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private long appended;
    private long committed;

    CommitGate(Scheduler scheduler, long timeoutMs) {
        this.scheduler = scheduler;
        this.timeoutMs = timeoutMs;
    }

    /** Notes an append. Appends are numbered from 1. */
    long append() {
        return ++appended;
    }

    /** Notes that the append of a number is committed, and with it those before it. */
    void committed(long sequence) {
        committed = Math.max(committed, sequence);
        while (!waiting.isEmpty() && waiting.peek().sequence() <= committed) {
            waiting.poll().deliver().run();
        }
    }

    /** Delivers an answer, at once if all is committed. */
    void pass(Runnable deliver, Consumer<Throwable> refuse) {
        if (committed == appended) {
            deliver.run();
        } else {
            waiting.add(new Waiting(appended, scheduler.nowMs() + timeoutMs, deliver, refuse));
        }
    }

    /** When the first answer will have waited too long. */
    OptionalLong firstDeadlineMs() {
        return waiting.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(waiting.peek().deadlineMs());
    }

    /** Refuses answers that have waited too long; what they tell of may still be committed. */
    void expire() {
        ApiException late =
                new ApiException(ErrorCode.COORDINATOR_NOT_AVAILABLE, "not committed within " + timeoutMs + " ms");
        while (!waiting.isEmpty() && waiting.peek().deadlineMs() <= scheduler.nowMs()) {
            waiting.poll().refuse().accept(late);
        }
    }

    /** Refuses all that wait. */
    void refuseAll(ApiException error) {
        while (!waiting.isEmpty()) {
            waiting.poll().refuse().accept(error);
        }
    }
}
