package io.millrace.broker.it;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Topics that come and go: each is created, written to by a producer of its own, read back whole and deleted, some under
 * names that others had before. A shift leaves none behind.
 */
final class SoakTopics implements SoakShift.Worker {
    private static final int RECORDS = 50;
    private static final int NAMES = 20;

    private final Clients clients;
    private final SoakFindings findings;
    private final AtomicInteger lives = new AtomicInteger();

    SoakTopics(Clients clients, SoakFindings findings) {
        this.clients = clients;
        this.findings = findings;
    }

    /** How many topics have come and gone. */
    int lives() {
        return lives.get();
    }

    @Override
    public void work(SoakShift shift, SplittableRandom random) throws Exception {
        try (Admin admin = clients.admin()) {
            while (!shift.isOver()) {
                String name = "passing-" + (random.nextBoolean() ? lives.get() : random.nextInt(NAMES));
                Clients.await(admin.createTopics(
                                List.of(new NewTopic(name, Optional.of(random.nextInt(1, 5)), Optional.empty())))
                        .all());
                use(name);
                Clients.await(admin.deleteTopics(List.of(name)).all());
                lives.incrementAndGet();
                shift.pause(random.nextInt(500));
            }
        }
    }

    private void use(String name) throws InterruptedException, ExecutionException {
        try (KafkaProducer<String, String> producer = clients.producer("acks=all", "linger.ms=5")) {
            for (int i = 0; i < RECORDS - 1; i++) {
                producer.send(new ProducerRecord<>(name, "key-" + i, Integer.toString(i)));
            }
            producer.flush();
            producer.send(new ProducerRecord<>(name, "last", "last")).get();
        }
        Collection<ConsumerRecord<String, String>> read = clients.readAll(name);
        if (read.size() != RECORDS) {
            findings.add("a passing topic did not hold what was written", name + " held " + read.size());
        }
    }
}
