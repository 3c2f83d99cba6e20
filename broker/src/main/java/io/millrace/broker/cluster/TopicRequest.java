package io.millrace.broker.cluster;

import java.util.List;
import java.util.Map;

/**
 * A topic as somebody asks for it.
 *
 * @param partitions how many, or {@link #DEFAULT}
 * @param replicationFactor copies of each partition, or {@link #DEFAULT}
 * @param assignment replicas by partition, preferred leader first; empty to let the cluster choose, and if not empty
 *     partitions and factor must be {@link #DEFAULT}
 * @param config settings that differ from the defaults, checked already
 */
public record TopicRequest(
        String name,
        int partitions,
        int replicationFactor,
        Map<Integer, List<Integer>> assignment,
        Map<String, String> config) {
    public static final int DEFAULT = -1;

    public TopicRequest {
        assignment = Map.copyOf(assignment);
        config = Map.copyOf(config);
    }

    /** A topic with the broker's defaults. */
    public static TopicRequest withDefaults(String name) {
        return new TopicRequest(name, DEFAULT, DEFAULT, Map.of(), Map.of());
    }
}
