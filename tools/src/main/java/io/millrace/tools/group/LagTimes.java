package io.millrace.tools.group;

import io.millrace.client.ClientConfig;
import io.millrace.client.consumer.Consumer;
import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.client.consumer.Position;
import io.millrace.protocol.TopicPartition;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * How old the records are that a group is to read next: its lag in time. Reads one record of each partition, for two seconds
 * at most.
 */
final class LagTimes {
    private static final Duration LONGEST = Duration.ofSeconds(2);
    private static final int FETCH_BYTES = 64 * 1024;

    private LagTimes() {}

    /**
     * Timestamps of the records at these offsets, or the next ones that there are.
     *
     * @return nothing for partitions whose record did not come in time
     */
    static Map<TopicPartition, Long> timestamps(ClientConfig config, Map<TopicPartition, Long> offsets) {
        Map<TopicPartition, Long> found = new HashMap<>();
        if (offsets.isEmpty()) {
            return found;
        }
        ConsumerConfig reading = ConsumerConfig.builder(config)
                .maxPartitionFetchBytes(FETCH_BYTES)
                .createsTopics(false)
                .build();
        try (Consumer consumer = Consumer.open(reading)) {
            consumer.assign(offsets.keySet());
            offsets.forEach((partition, offset) -> consumer.seek(partition, Position.offset(offset)));
            Set<TopicPartition> open = new HashSet<>(offsets.keySet());
            long end = System.nanoTime() + LONGEST.toNanos();
            while (!open.isEmpty() && System.nanoTime() < end) {
                for (ConsumerRecord record : consumer.poll(Duration.ofMillis(200))) {
                    if (open.remove(record.topicPartition())) {
                        found.put(record.topicPartition(), record.timestamp());
                        consumer.pause(Set.of(record.topicPartition()));
                    }
                }
            }
        }
        return found;
    }
}
