package io.millrace.broker.it;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidConfigurationException;

/** A compacted topic: few keys written over and over, and at the end the last value of each must be there. */
final class SoakCompaction implements SoakShift.Worker {
    static final String TOPIC = "soak-compacted";

    private static final int KEYS = 300;
    private static final int PARTITIONS = 2;
    private static final int BURST = 100;
    private static final int PAUSE_MS = 100;

    /** Records after which something must have been compacted: several segments' worth in each partition. */
    private static final long ENOUGH = 20_000;

    private final Clients clients;
    private final SoakFindings findings;
    private final boolean accepted;
    private final Map<String, String> last = new ConcurrentHashMap<>();
    private final AtomicLong sent = new AtomicLong();

    SoakCompaction(Clients clients, SoakFindings findings) {
        this.clients = clients;
        this.findings = findings;
        accepted = create();
    }

    private boolean create() {
        try {
            clients.createTopic(
                    TOPIC,
                    PARTITIONS,
                    "cleanup.policy=compact",
                    "segment.bytes=65536",
                    "min.cleanable.dirty.ratio=0.1",
                    "file.delete.delay.ms=1000");
            return true;
        } catch (InvalidConfigurationException e) {
            return false; // verify() says that it was left out
        }
    }

    @Override
    public void work(SoakShift shift, SplittableRandom random) throws Exception {
        if (!accepted) {
            return;
        }
        try (KafkaProducer<String, String> producer = clients.producer("acks=all", "linger.ms=5")) {
            while (!shift.isOver()) {
                for (int i = 0; i < BURST; i++) {
                    String key = "key-" + random.nextInt(KEYS);
                    String value = key + " was written as number " + sent.incrementAndGet();
                    last.put(key, value);
                    producer.send(new ProducerRecord<>(TOPIC, key, value), (metadata, e) -> {
                        if (e != null) {
                            findings.add("a send to the compacted topic failed", e.toString());
                        }
                    });
                }
                shift.pause(PAUSE_MS);
            }
        }
    }

    /** Returns a line of figures; a key whose last value is not the last one sent is a finding. */
    String verify() {
        if (!accepted) {
            return "left out: this broker does not accept cleanup.policy=compact";
        }
        List<ConsumerRecord<String, String>> read = clients.readAll(TOPIC);
        Map<String, String> values = new HashMap<>();
        read.forEach(record -> values.put(record.key(), record.value()));
        last.forEach((key, value) -> {
            if (!value.equals(values.get(key))) {
                findings.add("a key lost its last value", key + " is " + values.get(key) + ", should be " + value);
            }
        });
        if (sent.get() > ENOUGH && read.size() == sent.get()) {
            findings.add("nothing was compacted", "of " + sent.get() + " records");
        }
        return String.format("%,d of %,d records are left of %,d keys", read.size(), sent.get(), last.size());
    }
}
