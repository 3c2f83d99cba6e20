package io.millrace.broker.log;

import io.millrace.protocol.TopicPartition;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where partitions that are not here yet are to lie once they come. As long as the broker runs, and bounded, since names
 * can be invented.
 *
 * <p>Threading: guarded by itself.
 */
final class PreferredDirectories {
    private static final int MOST = 10_000;

    private final Map<TopicPartition, LogDirectory> preferred = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<TopicPartition, LogDirectory> eldest) {
            return size() > MOST;
        }
    };

    synchronized void put(TopicPartition partition, LogDirectory directory) {
        preferred.put(partition, directory);
    }

    /** Where a partition that comes now is to lie; once. */
    synchronized Optional<LogDirectory> take(TopicPartition partition) {
        return Optional.ofNullable(preferred.remove(partition));
    }
}
