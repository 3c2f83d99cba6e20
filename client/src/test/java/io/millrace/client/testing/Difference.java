package io.millrace.client.testing;

import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** In what the backends differ by design: all that a suite may leave out, with the reason. */
public enum Difference {
    TRANSACTIONS("has no transactions yet", Backend.MILLRACE),
    NEW_GROUP_PROTOCOL("knows classic groups only (no KIP-848)", Backend.MILLRACE);

    private final String reason;
    private final List<Backend> backends;

    Difference(String reason, Backend... backends) {
        this.reason = reason;
        this.backends = List.of(backends);
    }

    /** Leaves out what follows at a backend that differs, and says so. */
    public void leaveOutAt(Backend backend) {
        if (backends.contains(backend)) {
            System.out.println("Left out: " + backend + " " + reason);
            Assumptions.abort(backend + " " + reason);
        }
    }
}
