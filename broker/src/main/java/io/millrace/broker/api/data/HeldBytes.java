package io.millrace.broker.api.data;

import java.util.concurrent.atomic.AtomicLong;

/** Counts bytes that are held until they have been sent, up to a bound. Any thread. */
final class HeldBytes {
    private final long limit;
    private final AtomicLong held = new AtomicLong();

    HeldBytes(long limit) {
        this.limit = limit;
    }

    /** Counts bytes if there is room for them; a lot that is larger than the bound has room while there is nothing else. */
    boolean tryHold(int bytes) {
        while (true) {
            long now = held.get();
            if (now > 0 && now + bytes > limit) {
                return false;
            }
            if (held.compareAndSet(now, now + bytes)) {
                return true;
            }
        }
    }

    void letGo(int bytes) {
        held.addAndGet(-bytes);
    }

    long held() {
        return held.get();
    }
}
