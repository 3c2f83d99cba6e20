package io.millrace.broker.log;

/** The broker cannot start on a log directory. The message is one line for the operator. */
public final class UnusableDirectoryException extends RuntimeException {
    public UnusableDirectoryException(String message) {
        super(message);
    }
}
