package io.millrace.broker.coordinator;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * The one answer that somebody waits for. Whatever happens it is given exactly once: by the state, now or later, or by
 * the shard when it is unloaded.
 *
 * <p>Threading: in turns of the shard that it belongs to.
 *
 * @param <R> the answer
 */
public final class Reply<R> {
    private final CompletableFuture<R> stage;
    private final CommitGate gate;
    private final Set<Reply<?>> open;

    Reply(CompletableFuture<R> stage, CommitGate gate, Set<Reply<?>> open) {
        this.stage = stage;
        this.gate = gate;
        this.open = open;
        open.add(this);
    }

    /** Whether no answer was given yet. */
    public boolean isOpen() {
        return open.contains(this);
    }

    /** Answers as soon as all that the shard has appended so far is committed. */
    public void answer(R value) {
        take();
        gate.pass(() -> stage.complete(value), stage::completeExceptionally);
    }

    /** Answers at once: for what does not tell of the state. */
    public void answerNow(R value) {
        take();
        stage.complete(value);
    }

    /** Answers at once with an error. */
    public void fail(ErrorCode error, String message) {
        fail(new ApiException(error, message));
    }

    void fail(ApiException error) {
        take();
        stage.completeExceptionally(error);
    }

    private void take() {
        if (!open.remove(this)) {
            throw new IllegalStateException("answered twice");
        }
    }
}
