package io.millrace.tools.mirror;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What kafka-clients sees of a topic, to compare two clusters byte by byte. Threading: one thread's. */
final class WholeTopic implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final Map<TopicPartition, Long> ends;

    WholeTopic(String bootstrap, String topic) {
        this(bootstrap, topic, "read_uncommitted");
    }

    WholeTopic(String bootstrap, String topic, String isolation) {
        consumer = consumer(bootstrap, Map.of("isolation.level", isolation));
        partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        ends = consumer.endOffsets(partitions);
    }

    static KafkaConsumer<byte[], byte[]> consumer(String bootstrap, Map<String, String> more) {
        Properties settings = new Properties();
        settings.putAll(Map.of("bootstrap.servers", bootstrap, "auto.offset.reset", "earliest"));
        settings.putAll(more);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    List<TopicPartition> partitions() {
        return partitions;
    }

    Map<TopicPartition, Long> ends() {
        return ends;
    }

    Map<TopicPartition, Long> starts() {
        return consumer.beginningOffsets(partitions);
    }

    /** All records of a partition. */
    List<ConsumerRecord<byte[], byte[]>> records(TopicPartition partition) {
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        while (consumer.position(partition) < ends.get(partition)) {
            all.addAll(consumer.poll(POLL).records(partition));
        }
        return all;
    }

    /** The first difference of two lists of records; empty if there is none. */
    static Optional<String> difference(
            List<ConsumerRecord<byte[], byte[]>> source, List<ConsumerRecord<byte[], byte[]>> target) {
        for (int i = 0; i < Math.min(source.size(), target.size()); i++) {
            if (!isSame(source.get(i), target.get(i))) {
                return Optional.of("record " + i + ": " + source.get(i) + " and " + target.get(i));
            }
        }
        return source.size() == target.size()
                ? Optional.empty()
                : Optional.of(source.size() + " records and " + target.size());
    }

    /** The first difference of two lists of records, their offsets left out; empty if there is none. */
    static Optional<String> differenceButOffsets(
            List<ConsumerRecord<byte[], byte[]>> source, List<ConsumerRecord<byte[], byte[]>> target) {
        for (int i = 0; i < Math.min(source.size(), target.size()); i++) {
            if (!hasSameContent(source.get(i), target.get(i))) {
                return Optional.of("record " + i + ": " + source.get(i) + " and " + target.get(i));
            }
        }
        return source.size() == target.size()
                ? Optional.empty()
                : Optional.of(source.size() + " records and " + target.size());
    }

    static boolean hasSameContent(ConsumerRecord<byte[], byte[]> one, ConsumerRecord<byte[], byte[]> other) {
        return one.timestamp() == other.timestamp()
                && Arrays.equals(one.key(), other.key())
                && Arrays.equals(one.value(), other.value())
                && one.headers().equals(other.headers());
    }

    private static boolean isSame(ConsumerRecord<byte[], byte[]> one, ConsumerRecord<byte[], byte[]> other) {
        return one.offset() == other.offset()
                && one.timestamp() == other.timestamp()
                && one.timestampType() == other.timestampType()
                && Arrays.equals(one.key(), other.key())
                && Arrays.equals(one.value(), other.value())
                && one.headers().equals(other.headers());
    }

    @Override
    public void close() {
        consumer.close();
    }
}
