package io.millrace.client.consumer;

import io.millrace.client.MillraceException;
import io.millrace.protocol.TopicPartition;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The partitions that are read.
 *
 * <p>Threading: the application's thread replaces the map as a whole, any thread reads it.
 */
final class Assignment {
    private volatile Map<TopicPartition, PartitionState> states = Map.of();

    Map<TopicPartition, PartitionState> states() {
        return states;
    }

    Set<TopicPartition> partitions() {
        return states.keySet();
    }

    Set<TopicPartition> paused() {
        return states.values().stream()
                .filter(PartitionState::isPaused)
                .map(PartitionState::partition)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The state of a partition that must be assigned. */
    PartitionState get(TopicPartition partition) {
        PartitionState state = states.get(partition);
        if (state == null) {
            throw MillraceException.invalid(partition + " is not assigned; assigned are " + states.keySet());
        }
        return state;
    }

    /** These and no others. Those that were assigned before go on as they were; others begin at {@code start}. */
    void become(Collection<TopicPartition> partitions, Optional<Position> start) {
        Map<TopicPartition, PartitionState> next = new LinkedHashMap<>();
        Map<TopicPartition, PartitionState> before = states;
        for (TopicPartition partition : partitions) {
            PartitionState known = before.get(partition);
            next.put(partition, known == null ? new PartitionState(partition, start) : known);
        }
        before.forEach((partition, state) -> {
            if (!next.containsKey(partition)) {
                state.letGo();
            }
        });
        states = Collections.unmodifiableMap(next);
    }
}
