package io.millrace.broker.log;

/** What a partition says to a batch of an idempotent producer, before it is appended. */
public sealed interface SequenceCheck {

    /** It comes next, or nothing is known that speaks against it: append it. */
    record Fresh() implements SequenceCheck {}

    /**
     * It was appended before: append nothing, and answer as it was answered then.
     *
     * @param baseOffset of the batch in the log
     * @param lastOffset likewise
     * @param timestamp the largest of the batch, in ms
     */
    record Duplicate(long baseOffset, long lastOffset, long timestamp) implements SequenceCheck {}
}
