package io.millrace.client.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;

/** kafka-clients' own clients, to hold ours against. */
public final class KafkaClients {
    private final String bootstrap;

    public KafkaClients(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    /** Creates a topic, with settings as key=value. */
    public void createTopic(String name, int partitions, String... settings) {
        Map<String, String> config = new HashMap<>();
        for (String setting : settings) {
            config.put(setting.split("=")[0], setting.split("=")[1]);
        }
        NewTopic topic = new NewTopic(name, partitions, (short) 1).configs(config);
        administer(admin -> admin.createTopics(List.of(topic)).all());
        awaitTopic(name, partitions);
    }

    /** Waits until the broker tells of a topic what the controller has done. */
    public void awaitTopic(String name, int partitions) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(20))
                    .ignoreExceptions()
                    .until(() ->
                            admin.describeTopics(List.of(name)).allTopicNames().get().get(name).partitions().stream()
                                            .filter(partition -> partition.leader() != null)
                                            .count()
                                    == partitions);
        }
    }

    /** Deletes a topic, and waits until the broker knows it no more. */
    public void deleteTopic(String name) {
        administer(admin -> admin.deleteTopics(List.of(name)).all());
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !administer(admin -> admin.listTopics().names()).contains(name));
    }

    /** Does one thing, and waits until it is done. */
    public <T> T administer(Function<Admin, KafkaFuture<T>> what) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            return what.apply(admin).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** A producer of bytes, with settings as key=value. */
    public KafkaProducer<byte[], byte[]> producer(String... settings) {
        return new KafkaProducer<>(config(settings), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** A consumer of bytes, with settings as key=value. */
    public KafkaConsumer<byte[], byte[]> consumer(String... settings) {
        return new KafkaConsumer<>(config(settings), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private Map<String, Object> config(String... settings) {
        Map<String, Object> config = new HashMap<>(Map.of("bootstrap.servers", bootstrap));
        for (String setting : settings) {
            config.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        return config;
    }

    /** All records of a topic from the beginning to the present end, CRCs checked. */
    public List<ConsumerRecord<byte[], byte[]>> readAll(String topic) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("auto.offset.reset=earliest")) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
            while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                consumer.poll(Duration.ofMillis(200)).forEach(all::add);
            }
            return all;
        }
    }
}
