package io.millrace.client;

import io.millrace.protocol.ErrorCode;

/**
 * The one exception of this library: what went wrong, who is to act, and what to do, in its message.
 *
 * <p>Those that only carry an outcome to a future or a callback have no stack trace, since it would say nothing but
 * where the I/O thread was.
 */
public final class MillraceException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Who is to act. */
    public enum Reason {
        /** You: an argument, a setting or a call at the wrong time. */
        INVALID,
        /** A broker said no; {@link MillraceException#error} says why. */
        REFUSED,
        /** Nobody answered in time. What was asked for may have happened all the same. */
        TIMED_OUT,
        /** No connection, or it broke before the answer came. What was asked for may have happened all the same. */
        UNREACHABLE,
        /** The client's own memory is at its bound; nothing was sent. */
        BUFFER_FULL,
        /** The client was closed; nothing more happens. */
        CLOSED
    }

    private final Reason reason;
    private final ErrorCode error;

    private MillraceException(Reason reason, ErrorCode error, String message, Throwable cause, boolean withTrace) {
        super(message, cause, withTrace, withTrace);
        this.reason = reason;
        this.error = error;
    }

    /** The caller's mistake. */
    public static MillraceException invalid(String message) {
        return new MillraceException(Reason.INVALID, ErrorCode.INVALID_REQUEST, message, null, true);
    }

    /** A broker's answer. */
    public static MillraceException refused(ErrorCode error, String message) {
        return new MillraceException(Reason.REFUSED, error, message + " (" + error + ")", null, false);
    }

    /** Time is over. */
    public static MillraceException timedOut(String message) {
        return new MillraceException(Reason.TIMED_OUT, ErrorCode.REQUEST_TIMED_OUT, message, null, false);
    }

    /** No connection. */
    public static MillraceException unreachable(String message) {
        return new MillraceException(Reason.UNREACHABLE, ErrorCode.NETWORK_EXCEPTION, message, null, false);
    }

    /** No connection, for a reason that the system gave. */
    public static MillraceException unreachable(String message, Throwable cause) {
        return new MillraceException(
                Reason.UNREACHABLE, ErrorCode.NETWORK_EXCEPTION, message + ": " + cause.getMessage(), cause, false);
    }

    /** Too much is in memory already. */
    public static MillraceException bufferFull(String message) {
        return new MillraceException(Reason.BUFFER_FULL, ErrorCode.NONE, message, null, false);
    }

    /** Too late. */
    public static MillraceException closed(String message) {
        return new MillraceException(Reason.CLOSED, ErrorCode.NONE, message, null, false);
    }

    public Reason reason() {
        return reason;
    }

    /** The protocol's code; {@link ErrorCode#NONE} where the protocol has no word for it. */
    public ErrorCode error() {
        return error;
    }

    /** Whether the same may succeed later, with nothing changed by anybody. */
    public boolean isRetriable() {
        return switch (reason) {
            case TIMED_OUT, UNREACHABLE, BUFFER_FULL -> true;
            case REFUSED -> error.isRetriable();
            case INVALID, CLOSED -> false;
        };
    }
}
