package io.millrace.client.testing;

import org.junit.jupiter.api.Assumptions;

/** In what the backends differ by design: all that a suite may leave out, with the reason. */
public enum Difference {
    TRANSACTIONS("has no transactions yet", Backend.MILLRACE),
    NEW_GROUP_PROTOCOL("knows classic groups only (no KIP-848)", Backend.MILLRACE);

    private final String reason;
    private final Backend backend;

    Difference(String reason, Backend backend) {
        this.reason = reason;
        this.backend = backend;
    }

    /** Leaves out what follows at the backend that differs, and says so. */
    public void leaveOutAt(Backend tried) {
        if (tried == backend) {
            System.out.println("Left out: " + backend + " " + reason);
            Assumptions.abort(backend + " " + reason);
        }
    }
}
