package io.millrace.broker.coordinator;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** What a test was answered, or not yet. */
public final class Answer<R> {
    private Optional<R> value = Optional.empty();
    private Optional<Throwable> failure = Optional.empty();

    private Consumer<R> listener = nothing -> {};

    private Answer() {}

    /** Listens to a stage, which must not complete with null. */
    public static <R> Answer<R> of(CompletionStage<R> stage) {
        Answer<R> answer = new Answer<>();
        stage.whenComplete((value, failure) -> {
            answer.value = Optional.ofNullable(value);
            answer.failure = Optional.ofNullable(failure)
                    .map(thrown -> thrown instanceof CompletionException ? thrown.getCause() : thrown);
            answer.value.ifPresent(answer.listener);
        });
        return answer;
    }

    /** Tells a value at the moment at which it is given, now if it is already. */
    public Answer<R> tell(Consumer<R> who) {
        value.ifPresent(who);
        listener = who;
        return this;
    }

    public boolean isGiven() {
        return value.isPresent() || failure.isPresent();
    }

    public R value() {
        return value.orElseThrow(() -> new AssertionError("no value, but " + this));
    }

    /** The error; NONE for a value. */
    public ErrorCode error() {
        if (value.isPresent()) {
            return ErrorCode.NONE;
        }
        if (failure.isPresent() && failure.get() instanceof ApiException api) {
            return api.error();
        }
        throw new AssertionError("no error, but " + this);
    }

    @Override
    public String toString() {
        return value.map(Object::toString)
                .or(() -> failure.map(Object::toString))
                .orElse("no answer yet");
    }
}
