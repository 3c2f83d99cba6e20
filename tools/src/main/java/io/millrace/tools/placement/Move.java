package io.millrace.tools.placement;

import io.millrace.protocol.TopicPartition;
import java.util.List;

/**
 * A partition that gets other replicas, or the same in another order: the first is the preferred leader.
 *
 * @param bytes of one replica
 */
public record Move(TopicPartition partition, List<Integer> from, List<Integer> to, long bytes) {
    public Move {
        from = List.copyOf(from);
        to = List.copyOf(to);
    }

    /** How many bytes are copied between brokers. */
    public long cost() {
        return bytes * to.stream().filter(broker -> !from.contains(broker)).count();
    }

    /** Whether replicas move, rather than leadership alone. */
    public boolean isCopy() {
        return to.stream().anyMatch(broker -> !from.contains(broker));
    }

    /** Whether another broker is the preferred leader afterwards. */
    public boolean changesLeader() {
        return !from.isEmpty() && !to.isEmpty() && !from.get(0).equals(to.get(0));
    }
}
