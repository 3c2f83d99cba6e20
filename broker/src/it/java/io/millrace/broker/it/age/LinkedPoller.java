package io.millrace.broker.it.age;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/** With the calls that have been the same since 0.9, and by name those that have not. */
public final class LinkedPoller implements Poller {
    private static final String DESERIALIZER = "org.apache.kafka.common.serialization.StringDeserializer";

    private final KafkaConsumer<String, String> consumer;

    public LinkedPoller(Properties settings) {
        settings.put("key.deserializer", DESERIALIZER);
        settings.put("value.deserializer", DESERIALIZER);
        this.consumer = new KafkaConsumer<>(settings);
    }

    @Override
    public void subscribe(String topic) {
        Calls.call(consumer, "subscribe", List.of(topic)); // takes a List in 0.9, a Collection later
    }

    @Override
    public void assign(String topic, int partition, long offset) {
        Calls.call(consumer, "assign", List.of(new TopicPartition(topic, partition)));
        seek(topic, partition, offset);
    }

    @Override
    public void seek(String topic, int partition, long offset) {
        consumer.seek(new TopicPartition(topic, partition), offset);
    }

    @Override
    @SuppressWarnings("unchecked")
    public List<Message> poll(long timeoutMs) {
        List<Message> messages = new ArrayList<>();
        // until 3.9; releases from 2.0 on have poll(Duration) too
        ConsumerRecords<String, String> records =
                (ConsumerRecords<String, String>) Calls.call(consumer, "poll", timeoutMs);
        for (ConsumerRecord<String, String> found : records) {
            messages.add(new Message(found.partition(), found.offset(), timestamp(found), found.value()));
        }
        return messages;
    }

    private static long timestamp(ConsumerRecord<String, String> found) {
        try {
            return found.timestamp();
        } catch (NoSuchMethodError e) { // 0.9
            return -1;
        }
    }

    @Override
    public Set<Integer> assignment(String topic) {
        Set<Integer> partitions = new HashSet<>();
        consumer.assignment().stream().filter(p -> p.topic().equals(topic)).forEach(p -> partitions.add(p.partition()));
        return partitions;
    }

    @Override
    public void commit() {
        consumer.commitSync();
    }

    @Override
    public OptionalLong offsetForTime(String topic, int partition, long timestampMs) {
        TopicPartition asked = new TopicPartition(topic, partition);
        OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(asked, timestampMs)).get(asked);
        return found == null ? OptionalLong.empty() : OptionalLong.of(found.offset());
    }

    @Override
    public void close() {
        consumer.close();
    }
}
