package io.millrace.broker.it.age;

import java.util.List;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** With the calls that have been the same since 0.8.2. */
public final class LinkedSender implements Sender {
    private static final String SERIALIZER = "org.apache.kafka.common.serialization.StringSerializer";

    private final KafkaProducer<String, String> producer;

    public LinkedSender(Properties settings) {
        settings.put("key.serializer", SERIALIZER);
        settings.put("value.serializer", SERIALIZER);
        this.producer = new KafkaProducer<>(settings);
    }

    @Override
    public List<Long> send(String topic, int partition, List<String> values) {
        List<Future<RecordMetadata>> sent = values.stream()
                .map(value -> producer.send(new ProducerRecord<>(topic, partition, "key of " + value, value)))
                .toList();
        return sent.stream().map(future -> Calls.await(future).offset()).toList();
    }

    @Override
    public void close() {
        producer.close();
    }
}
