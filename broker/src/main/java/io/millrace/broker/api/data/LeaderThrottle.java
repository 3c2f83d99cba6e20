package io.millrace.broker.api.data;

import io.millrace.broker.quota.ReplicationThrottle;
import io.millrace.broker.replica.Partition;
import io.millrace.protocol.TopicPartition;
import java.util.List;

/**
 * How much of what this broker leads a follower may be given: throttled replicas that are not in sync get what the
 * replication quota has left. Costs two volatile reads where nothing is throttled.
 */
record LeaderThrottle(ReplicationThrottle throttle) {

    /** As many bytes of a partition as the follower may be given now; 0 for none at all. */
    int limit(Partition partition, int follower, int most) {
        return isHeld(partition, follower) ? (int) Math.min(most, throttle.room()) : most;
    }

    /** Counts what an answer gives. */
    void charge(int follower, List<FetchReader.Result> results) {
        if (!throttle.isActive()) {
            return;
        }
        long bytes = 0;
        for (FetchReader.Result result : results) {
            int given = result.answer().records().sizeInBytes();
            if (given > 0
                    && result.wanted()
                            .found()
                            .filter(partition -> isHeld(partition, follower))
                            .isPresent()) {
                bytes += given;
            }
        }
        throttle.passed(bytes);
    }

    private boolean isHeld(Partition partition, int follower) {
        TopicPartition id = partition.id();
        return throttle.isActive() && throttle.covers(id.topic(), id.partition()) && !partition.isInSync(follower);
    }
}
