package io.millrace.tools.group;

import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.consumer.Consumer;
import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.client.consumer.Position;
import io.millrace.protocol.TopicPartition;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * How old the records are that a group is to read next: its lag in time. Reads one record of each partition, for two seconds
 * at most.
 */
final class LagTimes {
    private static final Duration LONGEST = Duration.ofSeconds(2);
    private static final Duration ONE_POLL = Duration.ofMillis(200);
    private static final int FETCH_BYTES = 64 * 1024;

    private LagTimes() {}

    /**
     * Timestamps of the records at these offsets, or the next ones that there are.
     *
     * @return nothing for partitions whose record did not come in time
     */
    static Map<TopicPartition, Long> timestamps(ClientConfig config, Map<TopicPartition, Long> offsets) {
        if (offsets.isEmpty()) {
            return Map.of();
        }
        ConsumerConfig reading = ConsumerConfig.builder(config)
                .maxPartitionFetchBytes(FETCH_BYTES)
                .createsTopics(false)
                .build();
        try (Consumer consumer = Consumer.open(reading)) {
            consumer.assign(offsets.keySet());
            offsets.forEach((partition, offset) -> consumer.seek(partition, Position.offset(offset)));
            return first(
                    offsets.keySet(), () -> consumer.poll(ONE_POLL), partition -> consumer.pause(Set.of(partition)));
        }
    }

    /**
     * The timestamp of the first record of each partition.
     *
     * @param poll throws for a partition that may not be read: its age is not known then, and the others' are
     * @param done is told of partitions of which nothing more is wanted
     */
    static Map<TopicPartition, Long> first(
            Set<TopicPartition> partitions,
            Supplier<List<ConsumerRecord>> poll,
            java.util.function.Consumer<TopicPartition> done) {
        Map<TopicPartition, Long> found = new HashMap<>();
        long startNs = System.nanoTime();
        while (found.size() < partitions.size() && System.nanoTime() - startNs < LONGEST.toNanos()) {
            for (ConsumerRecord record : polled(poll)) {
                if (found.putIfAbsent(record.topicPartition(), record.timestamp()) == null) {
                    done.accept(record.topicPartition());
                }
            }
        }
        return found;
    }

    private static List<ConsumerRecord> polled(Supplier<List<ConsumerRecord>> poll) {
        try {
            return poll.get();
        } catch (MillraceException e) {
            if (e.reason() != MillraceException.Reason.REFUSED) {
                throw e;
            }
            return List.of();
        }
    }
}
