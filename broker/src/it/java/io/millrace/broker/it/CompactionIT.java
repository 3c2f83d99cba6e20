package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A topic that keeps the last value of each key, under load and over a kill. */
@Timeout(90)
final class CompactionIT {
    private static final int KEYS = 100;
    private static final int UPDATES = 100_000;

    @TempDir
    private Path directory;

    private BrokerProcess broker;
    private Clients clients;

    @BeforeEach
    void start() {
        broker = BrokerProcess.start(directory, "log.cleaner.backoff.ms=100");
        clients = broker.clients();
        clients.createTopic(
                "latest", 1, "cleanup.policy=compact", "segment.bytes=100000", "min.cleanable.dirty.ratio=0.1");
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    @Test
    void aFreshConsumerSeesTheLastValueOfEachKey() throws Exception {
        write(0, UPDATES / 2);
        broker.kill(); // perhaps in the middle of a compaction
        broker.restart();
        write(UPDATES / 2, UPDATES);
        Awaitility.await("compaction").until(() -> clients.readAll("latest").size() < UPDATES / 20);

        List<ConsumerRecord<String, String>> left = clients.readAll("latest");
        Map<String, String> last = new HashMap<>();
        left.forEach(record -> last.put(record.key(), record.value()));
        for (int key = 0; key < KEYS; key++) {
            assertEquals("v" + (UPDATES - KEYS + key), last.get("k" + key));
        }
        assertEquals(KEYS, last.size());
        assertEquals(UPDATES - 1, left.get(left.size() - 1).offset(), "offsets are as they were");
        assertTrue(Files.readString(broker.data().resolve("cleaner-offset-checkpoint"))
                .contains("latest 0 "));
    }

    @Test
    void aRecordWithoutAKeyIsRefused() {
        try (KafkaProducer<String, String> producer = clients.producer()) {
            ExecutionException refusal = assertThrows(
                    ExecutionException.class,
                    () -> producer.send(new ProducerRecord<>("latest", "no key")).get());
            assertTrue(refusal.getCause() instanceof InvalidRecordException, refusal::toString);
        }
    }

    private void write(int from, int to) {
        try (KafkaProducer<String, String> producer = clients.producer("linger.ms=5", "compression.type=lz4")) {
            for (int i = from; i < to; i++) {
                producer.send(new ProducerRecord<>("latest", "k" + i % KEYS, "v" + i));
            }
            producer.flush();
        }
    }
}
