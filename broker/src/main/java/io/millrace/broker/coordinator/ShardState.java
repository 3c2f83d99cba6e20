package io.millrace.broker.coordinator;

/**
 * What a shard knows: the sum of its log's records, and what of it lives only in memory (timers, parked requests).
 *
 * <p>Threading: one thread at a time, which the shard sees to.
 *
 * @param <T> its records
 */
public interface ShardState<T> {

    /**
     * Takes a record in, the same way while loading and just after it was appended. Must not throw for what a log can
     * hold.
     */
    void apply(T record);

    /** All of the log was applied; commands come from now on. The place to start timers. */
    void loaded();

    /** The state is dropped and gets no more calls: this broker leads its partition no longer, or loads it anew. */
    void unloaded();

    /**
     * Makes an empty state.
     *
     * @param <S> the state
     * @param <T> its records
     */
    @FunctionalInterface
    interface Factory<S extends ShardState<T>, T> {
        /** A state that has seen no record, and the timer that it may use from {@link ShardState#loaded} on. */
        S create(ShardTimer<T> timer);
    }
}
