package io.millrace.broker;

import io.millrace.broker.coordinator.PartitionLog;
import io.millrace.broker.group.GroupCoordinator;
import io.millrace.broker.replica.LeadershipListener;
import io.millrace.broker.replica.Partition;
import io.millrace.protocol.TopicPartition;

/** Has the group coordinator lead what this broker leads of the offsets topic. */
record GroupLeadership(GroupCoordinator groups) implements LeadershipListener {
    @Override
    public void leads(Partition partition, int leaderEpoch) {
        if (partition.id().topic().equals(GroupCoordinator.TOPIC)) {
            groups.lead(partition.id().partition(), new PartitionLog(partition, leaderEpoch));
        }
    }

    @Override
    public void resigned(TopicPartition partition) {
        if (partition.topic().equals(GroupCoordinator.TOPIC)) {
            groups.release(partition.partition());
        }
    }
}
