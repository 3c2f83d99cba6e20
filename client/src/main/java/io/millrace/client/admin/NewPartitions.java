package io.millrace.client.admin;

import java.util.List;

/**
 * More partitions for a topic.
 *
 * @param total how many it shall have in all; more than now
 * @param assignments the brokers of each new partition, the preferred leader first; empty to have brokers choose
 */
public record NewPartitions(int total, List<List<Integer>> assignments) {
    public NewPartitions {
        assignments = assignments.stream().map(List::copyOf).toList();
    }

    public static NewPartitions to(int total) {
        return new NewPartitions(total, List.of());
    }
}
