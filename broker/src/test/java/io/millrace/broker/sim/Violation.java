package io.millrace.broker.sim;

import java.util.Locale;

/** Something that must hold did not. */
final class Violation extends AssertionError {
    private static final long serialVersionUID = 1;

    Violation(String what, Object... parts) {
        super(String.format(Locale.ROOT, what, parts));
    }

    Violation because(Throwable cause) {
        initCause(cause);
        return this;
    }
}
