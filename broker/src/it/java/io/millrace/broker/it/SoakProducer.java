package io.millrace.broker.it;

import java.util.SplittableRandom;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** An idempotent producer with acks=all that sends numbered records in small bursts; a send that fails is a finding. */
final class SoakProducer implements SoakShift.Worker {
    private static final String[] COMPRESSIONS = {"none", "lz4", "zstd", "snappy", "gzip"};
    private static final int BURST_MS = 20;

    private final Clients clients;
    private final String topic;
    private final int partitions;
    private final int id;
    private final int recordsPerSecond;
    private final SoakLedger ledger;
    private final SoakFindings findings;

    SoakProducer(
            Clients clients,
            String topic,
            int partitions,
            int id,
            int recordsPerSecond,
            SoakLedger ledger,
            SoakFindings findings) {
        this.clients = clients;
        this.topic = topic;
        this.partitions = partitions;
        this.id = id;
        this.recordsPerSecond = recordsPerSecond;
        this.ledger = ledger;
        this.findings = findings;
    }

    @Override
    public void work(SoakShift shift, SplittableRandom random) throws InterruptedException {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                clients.properties(
                        "acks=all",
                        "enable.idempotence=true",
                        "linger.ms=" + random.nextInt(10),
                        "compression.type=" + COMPRESSIONS[id % COMPRESSIONS.length]),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            long sequence = 0;
            long start = System.nanoTime();
            while (!shift.isOver()) {
                long due = (System.nanoTime() - start) / 1_000_000 * recordsPerSecond / 1000;
                int partition = random.nextInt(partitions);
                for (; sequence < due; sequence++) {
                    send(producer, partition, SoakRecord.number(id, sequence));
                    if (sequence % 8 == 0) {
                        partition = random.nextInt(partitions);
                    }
                }
                shift.pause(BURST_MS);
            }
        } // closing waits for all acknowledgements
    }

    private void send(KafkaProducer<byte[], byte[]> producer, int partition, long number) {
        producer.send(new ProducerRecord<>(topic, partition, null, SoakRecord.encode(number)), (metadata, e) -> {
            if (e == null) {
                ledger.ack(metadata.partition(), metadata.offset(), number);
            } else {
                findings.add("a send failed", e.toString());
            }
        });
    }
}
