package io.millrace.broker.replica;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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

    /** What has come since the last look, in a fixed order. */
    List<Partition> take() {
        if (partitions.isEmpty()) {
            return List.of();
        }
        List<Partition> taken = new ArrayList<>(partitions);
        partitions.removeAll(taken);
        taken.sort(Comparator.comparing(partition -> partition.id().toString()));
        return taken;
    }
}
