package io.millrace.broker.net;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;

/** Warns at most once a second, and says how often it did not. Any thread. */
final class RateLimitedLog {
    private static final long INTERVAL_NANOS = 1_000_000_000L;

    private final Logger log;
    private final AtomicLong next = new AtomicLong(System.nanoTime());
    private final AtomicInteger dropped = new AtomicInteger();

    RateLimitedLog(Logger log) {
        this.log = log;
    }

    void warn(String message) {
        long now = System.nanoTime();
        long due = next.get();
        if (now - due < 0 || !next.compareAndSet(due, now + INTERVAL_NANOS)) {
            dropped.incrementAndGet();
            return;
        }
        int more = dropped.getAndSet(0);
        log.warn("{}{}", message, more == 0 ? "" : " (and " + more + " more like it)");
    }
}
