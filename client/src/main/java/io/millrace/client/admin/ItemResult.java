package io.millrace.client.admin;

import io.millrace.client.MillraceException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What became of one item of a request: a value, or the {@link MillraceException} that says why there is none.
 *
 * <p>An item is whatever the request is about: a topic, a partition, a group, a broker. That one of them failed says
 * nothing about the others. Immutable.
 *
 * @param <T> the value; {@link Done} where there is nothing to tell
 */
public final class ItemResult<T> {
    private final Optional<T> value;
    private final Optional<MillraceException> failure;

    private ItemResult(Optional<T> value, Optional<MillraceException> failure) {
        this.value = value;
        this.failure = failure;
    }

    public static <T> ItemResult<T> success(T value) {
        return new ItemResult<>(Optional.of(value), Optional.empty());
    }

    public static <T> ItemResult<T> failure(MillraceException why) {
        return new ItemResult<>(Optional.empty(), Optional.of(why));
    }

    public boolean isSuccess() {
        return failure.isEmpty();
    }

    public boolean isFailure() {
        return failure.isPresent();
    }

    /** The value; empty for a failure. */
    public Optional<T> value() {
        return value;
    }

    /** Why it failed; empty for a success. */
    public Optional<MillraceException> failure() {
        return failure;
    }

    /**
     * The value.
     *
     * @throws MillraceException the failure, if it is one
     */
    public T get() {
        return value.orElseThrow(() -> failure.orElseThrow());
    }

    /** The same failure, or what a function makes of the value. */
    public <U> ItemResult<U> map(Function<? super T, ? extends U> function) {
        return new ItemResult<>(value.map(function), failure);
    }

    /**
     * All values, for those who have no use for a part of them.
     *
     * @throws MillraceException the first failure, if there is one
     */
    public static <K, T> Map<K, T> getAll(Map<K, ItemResult<T>> results) {
        Map<K, T> values = new LinkedHashMap<>();
        results.forEach((item, result) -> values.put(item, result.get()));
        return Collections.unmodifiableMap(values);
    }

    @Override
    public String toString() {
        return isSuccess() ? value.get().toString() : failure.get().toString();
    }
}
