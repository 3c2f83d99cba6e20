package io.millrace.protocol.wire;

/** Bytes that are not what they should be. The sender's fault; carries no stack trace. */
public final class MalformedMessageException extends RuntimeException {
    public MalformedMessageException(String message) {
        super(message, null, false, false);
    }
}
