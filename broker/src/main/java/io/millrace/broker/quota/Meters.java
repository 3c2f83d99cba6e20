package io.millrace.broker.quota;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;

/**
 * The windows of all who have a quota of one type, a bounded number: clients can invent ids.
 *
 * <p>At the bound, windows that have nothing in them go, and nothing is lost with them. If that makes no room, so many
 * clients were active within the last seconds that those who come now share one window, each with his own quota: nobody
 * gets past a quota by inventing ids, and who comes honestly at such a time may wait longer than he ought to.
 *
 * <p>Threading: any thread.
 */
final class Meters {
    /** Longer ids share the window too: a few of them would hold megabytes. */
    private static final int MAX_NAME = 300;

    private final int bound;
    private final long sweepNanos;
    private final LongFunction<RateWindow> fresh;
    private final Map<QuotaEntity, RateWindow> windows = new ConcurrentHashMap<>();
    private final RateWindow shared;
    private long lastSweep; // guarded by this

    /**
     * @param bound of windows
     * @param sweepNanos at least between two searches for windows that can go
     * @param fresh a window that begins at a time in nanoseconds
     */
    Meters(int bound, long sweepNanos, LongFunction<RateWindow> fresh, long nowNanos) {
        this.bound = bound;
        this.sweepNanos = sweepNanos;
        this.fresh = fresh;
        this.shared = fresh.apply(nowNanos);
        this.lastSweep = nowNanos - sweepNanos;
    }

    RateWindow of(QuotaEntity sharer, long nowNanos) {
        RateWindow known = windows.get(sharer);
        if (known != null) {
            return known;
        }
        if (isLong(sharer.user()) || isLong(sharer.clientId())) {
            return shared;
        }
        return add(sharer, nowNanos);
    }

    /** Those that are kept, to be read. */
    Map<QuotaEntity, RateWindow> all() {
        return windows;
    }

    private synchronized RateWindow add(QuotaEntity sharer, long nowNanos) {
        if (windows.size() >= bound && nowNanos - lastSweep >= sweepNanos) {
            lastSweep = nowNanos;
            windows.values().removeIf(window -> window.isEmpty(nowNanos));
        }
        return windows.size() < bound ? windows.computeIfAbsent(sharer, s -> fresh.apply(nowNanos)) : shared;
    }

    private static boolean isLong(QuotaEntity.Name name) {
        return name instanceof QuotaEntity.Name.Exact exact && exact.name().length() > MAX_NAME;
    }
}
