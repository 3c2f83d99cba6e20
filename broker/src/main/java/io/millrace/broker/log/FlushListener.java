package io.millrace.broker.log;

import io.millrace.protocol.ApiException;

/** Told how the flushes of a log end. On a thread that others wait for: it must do no more than pass the word on. */
public interface FlushListener {

    /** {@link Log#recoveryPoint} may have moved: all below it is on disk for good. */
    void flushed();

    /** What was appended behind the recovery point did not reach the disk, and may never. */
    void flushFailed(ApiException why);
}
