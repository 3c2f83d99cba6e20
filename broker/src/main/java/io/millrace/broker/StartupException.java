package io.millrace.broker;

/** The broker cannot start for a reason that its operator can mend; the message is one line that says what it is. */
final class StartupException extends Exception {
    StartupException(String message) {
        super(message);
    }
}
