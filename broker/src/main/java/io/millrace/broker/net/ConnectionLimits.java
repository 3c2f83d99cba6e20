package io.millrace.broker.net;

import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** How many connections there are, in all and of each address. Any thread. */
final class ConnectionLimits {
    private final int max;
    private final int maxPerIp;
    private final AtomicInteger total = new AtomicInteger();
    private final ConcurrentHashMap<InetAddress, Integer> perIp = new ConcurrentHashMap<>();

    ConnectionLimits(int max, int maxPerIp) {
        this.max = max;
        this.maxPerIp = maxPerIp;
    }

    /** Counts one more connection, or says that it is one too many and counts nothing. */
    boolean tryAdd(InetAddress address) {
        if (total.incrementAndGet() > max) {
            total.decrementAndGet();
            return false;
        }
        if (perIp.merge(address, 1, Integer::sum) > maxPerIp) {
            remove(address);
            return false;
        }
        return true;
    }

    void remove(InetAddress address) {
        total.decrementAndGet();
        perIp.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
    }
}
