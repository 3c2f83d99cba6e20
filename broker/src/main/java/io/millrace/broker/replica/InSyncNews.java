package io.millrace.broker.replica;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Partitions here whose followers have come so far that they may be in sync again; whoever keeps the sets looks in from
 * time to time. Bounded by the number of partitions.
 *
 * <p>Threading: any thread.
 */
final class InSyncNews {
    private final Set<Partition> partitions = ConcurrentHashMap.newKeySet();

    void add(Partition partition) {
        partitions.add(partition);
    }

    Set<Partition> take() {
        if (partitions.isEmpty()) {
            return Set.of();
        }
        Set<Partition> taken = new HashSet<>(partitions);
        partitions.removeAll(taken);
        return taken;
    }
}
