package io.millrace.broker.it;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A program: one member of a consumer group that writes down every delivery (first) and commits (then) until it is
 * killed, so that nothing is lost and repeats are possible. Arguments: bootstrap, topic, group, {@link DeliveryFile}.
 */
final class GroupMember {
    private GroupMember() {}

    public static void main(String[] arguments) throws Exception {
        Clients clients = new Clients(arguments[0]);
        try (DeliveryFile.Writer file = new DeliveryFile.Writer(Path.of(arguments[3]));
                KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                        clients.consumerProperties(
                                "group.id=" + arguments[2],
                                "client.id=" + Path.of(arguments[3]).getFileName(),
                                "session.timeout.ms=3000",
                                "heartbeat.interval.ms=300",
                                "max.poll.records=2000"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(arguments[1]));
            while (!Thread.interrupted()) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(500));
                for (ConsumerRecord<byte[], byte[]> record : records) {
                    file.write(
                            record.partition(),
                            record.offset(),
                            (int) AccessLog.numberOf(record.value()),
                            SentLines.checksum(record.value()));
                }
                file.flush();
                if (!records.isEmpty()) {
                    commit(consumer);
                }
            }
        }
    }

    private static void commit(KafkaConsumer<byte[], byte[]> consumer) {
        try {
            consumer.commitSync();
        } catch (CommitFailedException | RebalanceInProgressException e) {
            // Another member gets these records again; the count of repeats shows it.
            System.err.println("commit came too late: " + e.getMessage());
        }
    }
}
