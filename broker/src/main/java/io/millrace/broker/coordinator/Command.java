package io.millrace.broker.coordinator;

/**
 * Something asked of a shard, run in a turn of its own.
 *
 * @param <S> the shard's state
 * @param <T> its records
 * @param <R> the answer
 */
@FunctionalInterface
public interface Command<S extends ShardState<T>, T, R> {

    /**
     * Decides. The reply is answered by what the decision does next, here and now, or in a later turn, for which the
     * state keeps it; an {@link io.millrace.protocol.ApiException} answers it too, and must leave the state as it was.
     */
    Decision<T> run(S state, Reply<R> reply);
}
