package io.millrace.client.testing;

import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** In what the backends differ by design: all that a suite may leave out or expect otherwise, with the reason. */
public enum Difference {
    TRANSACTIONS("has no transactions yet", Backend.MILLRACE),
    NEW_GROUP_PROTOCOL("knows classic groups only (no KIP-848)", Backend.MILLRACE);

    private final String reason;
    private final List<Backend> backends;

    Difference(String reason, Backend... backends) {
        this.reason = reason;
        this.backends = List.of(backends);
    }

    /** Whether this backend is one that differs. */
    public boolean isOf(Backend backend) {
        return backends.contains(backend);
    }

    /** Leaves out what follows at a backend that differs, and says so. */
    public void leaveOutAt(Backend backend) {
        if (isOf(backend)) {
            System.out.println("Left out: " + backend + " " + reason);
        }
        Assumptions.assumeFalse(isOf(backend), () -> backend + " " + reason);
    }
}
