package io.millrace.broker.replica;

/** A peer did not answer: the connection broke, could not be made, or time was over. What it did is unknown. */
public final class PeerException extends Exception {
    private static final long serialVersionUID = 1;

    public PeerException(String message) {
        super(message);
    }

    public PeerException(String message, Throwable cause) {
        super(message, cause);
    }
}
