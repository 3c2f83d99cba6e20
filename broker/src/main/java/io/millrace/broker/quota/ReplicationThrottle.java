package io.millrace.broker.quota;

import io.millrace.broker.metrics.Metrics;
import io.millrace.broker.metrics.Table;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Holds back the replication of some replicas, all of them together, to so many bytes a second (KIP-73).
 *
 * <p>Threading: any. Where there is no rate, or no such replica, {@link #isActive} costs two volatile reads, and callers
 * ask that first.
 */
public final class ReplicationThrottle {
    /** Stands for no bound. */
    public static final long UNLIMITED = Long.MAX_VALUE;

    private final RateWindow window;
    private final LongSupplier nanoTime;
    private final Map<String, ThrottledReplicas> byTopic = new ConcurrentHashMap<>();
    private volatile long bytesPerSecond = UNLIMITED;

    /** @param nanoTime a clock that only goes forward */
    public ReplicationThrottle(QuotaConfig config, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.window = new RateWindow(
                config.windows(), TimeUnit.SECONDS.toNanos(config.windowSeconds()), nanoTime.getAsLong());
    }

    /** Has it told how much passes of what is held back. */
    public void addTo(Metrics metrics, String type) {
        List<ReplicationThrottle> self = List.of(this);
        metrics.add(Table.attributes("kafka.server." + type, () -> self)
                .value("byte-rate", throttle -> throttle.window.rate(nanoTime.getAsLong()))
                .build());
    }

    /** The bound that counts from now on; 0 lets nothing pass. */
    public void limit(long newBytesPerSecond) {
        bytesPerSecond = newBytesPerSecond;
    }

    /** The replicas of a topic that are held back from now on. */
    public void hold(String topic, ThrottledReplicas replicas) {
        if (replicas.equals(ThrottledReplicas.NONE)) {
            byTopic.remove(topic);
        } else {
            byTopic.put(topic, replicas);
        }
    }

    /** Whether anything is held back. */
    public boolean isActive() {
        return bytesPerSecond != UNLIMITED && !byTopic.isEmpty();
    }

    /** Whether the replica of a partition is one of those. */
    public boolean covers(String topic, int partition) {
        return byTopic.getOrDefault(topic, ThrottledReplicas.NONE).include(partition);
    }

    /** As many bytes as may pass at this moment; 0 for none. A single batch may be larger. */
    public long room() {
        long rate = bytesPerSecond;
        return rate == UNLIMITED ? UNLIMITED : window.room((double) rate, nanoTime.getAsLong());
    }

    /** Counts what has passed. */
    public void passed(long bytes) {
        if (bytesPerSecond != UNLIMITED) {
            window.add(bytes, nanoTime.getAsLong());
        }
    }

    /** In how many milliseconds something may pass again at the earliest; 0 if it may now. */
    public long waitMs() {
        if (room() > 0) {
            return 0;
        }
        long nanos = window.roomDelayNanos((double) bytesPerSecond, nanoTime.getAsLong());
        return 1 + TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
