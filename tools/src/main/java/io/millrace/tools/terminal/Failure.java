package io.millrace.tools.terminal;

/** Why a command failed, in one line that says what to do: printed as it is, and the exit code is 1, or 2 for wrong usage. */
public final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    private Failure(int exitCode, String message) {
        super(message, null, false, false);
        this.exitCode = exitCode;
    }

    /** What was asked for did not happen. */
    public static Failure of(String message) {
        return new Failure(1, message);
    }

    /** What was asked for cannot be: an option, an argument, a file that is not as it must be. */
    public static Failure usage(String message) {
        return new Failure(2, message);
    }

    public int exitCode() {
        return exitCode;
    }
}
