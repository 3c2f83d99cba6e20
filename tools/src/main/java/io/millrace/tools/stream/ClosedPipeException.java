package io.millrace.tools.stream;

import java.io.IOException;

/** Who reads what is printed has read enough, as {@code head} does: no error, only an end. */
final class ClosedPipeException extends IOException {
    private static final long serialVersionUID = 1;

    ClosedPipeException() {
        super("who reads this has gone");
    }
}
