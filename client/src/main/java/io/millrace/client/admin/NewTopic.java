package io.millrace.client.admin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A topic to be created. Immutable; {@link #config} gives another one.
 *
 * @param partitions -1 for the broker's num.partitions
 * @param replicationFactor -1 for the broker's default.replication.factor
 * @param assignments the brokers of each partition from 0 on, the preferred leader first; empty to have brokers choose
 * @param configs settings with Kafka's keys, such as retention.ms
 */
public record NewTopic(
        String name,
        int partitions,
        int replicationFactor,
        List<List<Integer>> assignments,
        Map<String, String> configs) {
    private static final int BY_BROKER = -1;

    public NewTopic {
        assignments = assignments.stream().map(List::copyOf).toList();
        configs = Map.copyOf(configs);
    }

    /** With as many partitions and replicas as the broker gives by default. */
    public static NewTopic of(String name) {
        return of(name, BY_BROKER, BY_BROKER);
    }

    public static NewTopic of(String name, int partitions, int replicationFactor) {
        return new NewTopic(name, partitions, replicationFactor, List.of(), Map.of());
    }

    /** With the brokers of each partition, from 0 on. */
    public static NewTopic assigned(String name, List<List<Integer>> assignments) {
        return new NewTopic(name, BY_BROKER, BY_BROKER, assignments, Map.of());
    }

    /** The same with one more setting. */
    public NewTopic config(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(configs);
        more.put(key, value);
        return new NewTopic(name, partitions, replicationFactor, assignments, more);
    }
}
