package io.millrace.broker.replica;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.log.Logs;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the others whether the disks here have room for records: while one has not, this broker is spared, so that
 * others lead. Of disks that fail, {@link DiskLosses} takes care.
 *
 * <p>Threading: the leadership lane.
 */
final class DiskNews {
    private static final Logger LOG = LoggerFactory.getLogger(DiskNews.class);
    private static final long LOOK_EVERY_MS = 1000;

    private final int self;
    private final ClusterStore cluster;
    private final Logs logs;
    private final ReplicaRuntime.Lane lane;

    DiskNews(int self, ClusterStore cluster, Logs logs, ReplicaRuntime.Lane lane) {
        this.self = self;
        this.cluster = cluster;
        this.logs = logs;
        this.lane = lane;
    }

    /** Looks time and again from now on. */
    void start() {
        lane.after(LOOK_EVERY_MS, this::look);
    }

    private void look() {
        boolean isShort = logs.areShortOfDisk();
        Optional<BrokerRegistration> told = cluster.view().broker(self).filter(now -> now.shortOfDisk() != isShort);
        if (told.isEmpty()) {
            lane.after(LOOK_EVERY_MS, this::look);
            return;
        }
        LOG.warn(
                isShort
                        ? "A log directory here is full: others are to lead"
                        : "There is room in the log directories again");
        cluster.update(told.get().withShortOfDisk(isShort))
                .whenComplete((done, failure) -> lane.execute(() -> {
                    if (failure != null) {
                        LOG.warn("Cannot tell how the disks are: {}", failure.getMessage());
                    }
                    lane.after(LOOK_EVERY_MS, this::look);
                }));
    }
}
