package io.millrace.broker.api;

/**
 * The connection has to be closed since the request cannot be answered in any other way; for instance a Produce with
 * acks=0 that failed. The message goes to the log.
 */
public final class CloseConnection extends RuntimeException {
    public CloseConnection(String why) {
        super(why, null, false, false);
    }
}
