package io.millrace.tools.stream;

import java.io.IOException;

/** What is read is not what it was said to be; the message says where. */
final class BadInputException extends IOException {
    private static final long serialVersionUID = 1;

    BadInputException(String message) {
        super(message);
    }
}
