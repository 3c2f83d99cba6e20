package io.millrace.broker.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Makes kafka-clients for one broker, set to find a restarted broker quickly. The caller closes what it gets.
 *
 * @param bootstrap host:port, or several of them with commas between
 */
record Clients(String bootstrap) {
    private static final Duration CLOSE_AT_MOST = Duration.ofSeconds(30);
    private static final Duration READ_AT_MOST = Duration.ofSeconds(30);

    KafkaProducer<String, String> producer(String... settings) {
        return new KafkaProducer<>(properties(settings), new StringSerializer(), new StringSerializer()) {
            @Override
            public void close() {
                close(CLOSE_AT_MOST); // by itself it would wait for what cannot be sent, and hang a failing test
            }
        };
    }

    KafkaConsumer<String, String> consumer(String... settings) {
        return new KafkaConsumer<>(consumerProperties(settings), new StringDeserializer(), new StringDeserializer());
    }

    Admin admin(String... settings) {
        return Admin.create(properties(settings));
    }

    /** Settings, each as key=value, on top of what all clients of the tests share. */
    Properties properties(String... settings) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("reconnect.backoff.ms", "20");
        properties.put("reconnect.backoff.max.ms", "100");
        properties.put("retry.backoff.ms", "20");
        properties.put("retry.backoff.max.ms", "100");
        properties.putAll(pairs(settings));
        return properties;
    }

    Properties consumerProperties(String... settings) {
        Properties properties = properties("auto.offset.reset=earliest", "enable.auto.commit=false");
        properties.putAll(properties(settings));
        return properties;
    }

    /** Creates a topic, with configs each as key=value, and waits until it can be used. */
    void createTopic(String name, int partitions, String... configs) {
        NewTopic topic = new NewTopic(name, Optional.of(partitions), Optional.empty());
        try (Admin admin = admin()) {
            await(admin.createTopics(List.of(topic.configs(pairs(configs)))).all());
        }
    }

    /** All records of a topic, in order of each partition; bounded by the ends as they are now. */
    List<ConsumerRecord<String, String>> readAll(String topic, String... settings) {
        try (KafkaConsumer<String, String> consumer = consumer(settings)) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            return readAll(consumer, partitions);
        }
    }

    /** Reads partitions from their beginning to their present end. */
    static <K, V> List<ConsumerRecord<K, V>> readAll(
            KafkaConsumer<K, V> consumer, List<TopicPartition> partitions) {
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        List<ConsumerRecord<K, V>> records = new ArrayList<>();
        long giveUp = System.nanoTime() + READ_AT_MOST.toNanos();
        while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
            if (System.nanoTime() > giveUp) {
                throw new IllegalStateException("read only " + records.size() + " records up to " + ends);
            }
            consumer.poll(Duration.ofMillis(100)).forEach(records::add);
        }
        return records;
    }

    private static Map<String, String> pairs(String... settings) {
        return Stream.of(settings)
                .map(setting -> setting.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    /** A future's value; its failure is thrown as it is, wrapped only where it is checked. */
    static <T> T await(KafkaFuture<T> future) {
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
