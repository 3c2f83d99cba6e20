package io.millrace.client.producer;

/** What {@code send} does with a record for which {@code buffer.memory} has no room. It never waits. */
public enum WhenFull {
    /** The send fails at once with BUFFER_FULL, in a message that says how much is where. */
    FAIL,
    /**
     * The record is dropped and counted in {@link ProducerMetrics#recordsDropped}. Who asked for its outcome is told
     * BUFFER_FULL all the same, but by one exception for all, so that an overload costs next to nothing.
     */
    DROP_AND_COUNT
}
