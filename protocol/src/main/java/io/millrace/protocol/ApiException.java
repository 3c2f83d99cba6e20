package io.millrace.protocol;

/**
 * A request, or one element of it, cannot be done for a reason that the protocol has a code for. Thrown without a stack
 * trace: it is an answer, not a defect.
 */
public final class ApiException extends RuntimeException {
    private final ErrorCode error;

    public ApiException(ErrorCode error, String message) {
        super(message, null, false, false);
        this.error = error;
    }

    public ErrorCode error() {
        return error;
    }
}
