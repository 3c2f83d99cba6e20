package io.millrace.broker.cluster;

import io.millrace.protocol.Uuid;
import java.util.List;
import java.util.Map;

/**
 * A topic to be made.
 *
 * @param replicas of each partition, preferred leader first
 * @param config the settings that differ from the defaults
 */
public record NewTopic(String name, Uuid id, List<List<Integer>> replicas, Map<String, String> config) {
    public NewTopic {
        replicas = replicas.stream().map(List::copyOf).toList();
        config = Map.copyOf(config);
    }

    public int partitionCount() {
        return replicas.size();
    }

    public int replicationFactor() {
        return replicas.get(0).size();
    }
}
