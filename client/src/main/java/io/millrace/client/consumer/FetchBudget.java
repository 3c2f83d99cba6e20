package io.millrace.client.consumer;

import java.util.concurrent.atomic.AtomicLong;

/**
 * {@code fetch.buffer.bytes}: what answers may come, and what has come and is not given back yet.
 *
 * <p>Brokers answer with one batch, however large, rather than with none; so one such batch for each broker may come on
 * top. Threading: any.
 */
final class FetchBudget {
    private final long total;
    private final AtomicLong used = new AtomicLong();

    /** Somebody found too little since the last look, and waits for what is given back. */
    private volatile boolean isShort;

    FetchBudget(long total) {
        this.total = total;
    }

    long total() {
        return total;
    }

    long used() {
        return used.get();
    }

    /** All who want some ask anew. */
    void lookBegins() {
        isShort = false;
    }

    /** Whether somebody waits for what is given back. */
    boolean isShort() {
        return isShort;
    }

    /** Takes as much as there is, up to {@code most}; nothing, and 0, if that is less than {@code least}. */
    long reserve(long least, long most) {
        while (true) {
            long now = used.get();
            long granted = Math.min(most, total - now);
            if (granted < least) {
                isShort = true;
                if (used.get() == now) { // what is given back from now on finds it short
                    return 0;
                }
                continue;
            }
            if (used.compareAndSet(now, now + granted)) {
                return granted;
            }
        }
    }

    /** What was reserved turned out to be another number of bytes. */
    void settle(long reserved, long actual) {
        used.addAndGet(actual - reserved);
    }

    void give(long bytes) {
        used.addAndGet(-bytes);
    }
}
