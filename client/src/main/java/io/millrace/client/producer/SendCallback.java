package io.millrace.client.producer;

/** Is told what became of a record. One callback may serve any number of records, which then costs nothing for each. */
@FunctionalInterface
public interface SendCallback {
    /** Does not want to know. */
    SendCallback NONE = outcome -> {};

    /**
     * Called exactly once for each record: on the I/O thread, where nothing may wait, or by {@code send} itself if the
     * record was refused at once. What it throws is logged and otherwise ignored.
     *
     * @param outcome valid during the call only; see {@link SendOutcome#metadata}
     */
    void onCompletion(SendOutcome outcome);
}
