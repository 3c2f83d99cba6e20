package io.millrace.broker.it;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;

/**
 * The second half of the main job: a producer with acks=all sends an access log while the broker is killed with -9 and
 * started again; then everything that was acknowledged is looked for.
 */
final class CrashRun {
    static final String TOPIC = "access-acked";
    private static final int PARTITIONS = 6;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final BrokerProcess broker;
    private final int kills;
    private final int acksPerLife;
    private final long seed;
    private final PrintStream report;
    private final Acked acked = new Acked();
    private volatile boolean stopped;

    CrashRun(BrokerProcess broker, int kills, int acksPerLife, long seed, PrintStream report) {
        this.broker = broker;
        this.kills = kills;
        this.acksPerLife = acksPerLife;
        this.seed = seed;
        this.report = report;
    }

    /** The outcome; all but the first two must be 0. */
    record Count(long acked, long stored, long lost, long storedTwice, long damaged, long outOfOrder, long failed) {
        /** Whether all that was acknowledged is there, once and in order. */
        boolean isFlawless() {
            return lost + storedTwice + damaged + outOfOrder + failed == 0;
        }
    }

    Count run() {
        broker.clients().createTopic(TOPIC, PARTITIONS);
        CompletableFuture<Void> sending = CompletableFuture.runAsync(this::send);
        try {
            for (int kill = 1; kill <= kills; kill++) {
                awaitAcked(kill * acksPerLife, sending);
                int before = acked.count();
                broker.kill();
                broker.restart();
                report.printf("killed     the broker (kill -9) after %,d acknowledged; %s%n", before, broker.readyLine());
            }
            awaitAcked(acked.count() + acksPerLife, sending);
        } finally {
            stopped = true;
        }
        sending.join();
        return verify();
    }

    private void awaitAcked(int count, CompletableFuture<Void> sending) {
        Awaitility.await(count + " acknowledged")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> acked.count() >= count || sending.isCompletedExceptionally());
    }

    private void send() {
        AccessLog log = new AccessLog(seed);
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                broker.clients()
                        .properties(
                                "acks=all",
                                "enable.idempotence=true",
                                "compression.type=lz4",
                                "buffer.memory=4194304",
                                "linger.ms=2"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            for (int number = 0; !stopped; number++) {
                byte[] line = log.next();
                producer.send(new ProducerRecord<>(TOPIC, number % PARTITIONS, null, line), acked.expecting(number));
            }
        }
    }

    private Count verify() {
        List<ConsumerRecord<byte[], byte[]>> records = readAll();
        AccessLog log = new AccessLog(seed);
        int highest = records.stream().mapToInt(CrashRun::number).max().orElse(-1);
        SentLines sent = new SentLines(highest + 1);
        IntStream.rangeClosed(0, highest).forEach(number -> sent.add(number, log.next()));

        Map<Integer, ConsumerRecord<byte[], byte[]>> byNumber = new HashMap<>();
        long[] last = new long[PARTITIONS];
        Arrays.fill(last, -1);
        long damaged = 0;
        long storedTwice = 0;
        long outOfOrder = 0;
        for (ConsumerRecord<byte[], byte[]> record : records) {
            int number = number(record);
            if (!sent.isLine(number, SentLines.checksum(record.value()))) {
                damaged++;
            } else if (byNumber.put(number, record) != null) {
                storedTwice++;
            } else {
                outOfOrder += number < last[record.partition()] ? 1 : 0;
                last[record.partition()] = number;
            }
        }
        long lost = acked.all().stream()
                .filter(ack -> !isThere(ack, byNumber.get(ack.number())))
                .count();
        List<String> failures = acked.failures();
        Count count = new Count(
                acked.count(), records.size(), lost, storedTwice, damaged, outOfOrder, failures.size());
        report.printf(
                "acked      %,d with acks=all over %d kills; stored %,d; failed sends %d%s%n",
                count.acked(),
                kills,
                count.stored(),
                count.failed(),
                failures.isEmpty() ? "" : ", the first " + failures.get(0));
        report.printf(
                "lost       %d; stored twice %d; damaged %d; out of order %d%n",
                count.lost(), count.storedTwice(), count.damaged(), count.outOfOrder());
        return count;
    }

    private static boolean isThere(Acked.Ack ack, ConsumerRecord<byte[], byte[]> record) {
        return record != null && record.partition() == ack.partition() && record.offset() == ack.offset();
    }

    private static int number(ConsumerRecord<byte[], byte[]> record) {
        return (int) AccessLog.numberOf(record.value());
    }

    private List<ConsumerRecord<byte[], byte[]>> readAll() {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                broker.clients().consumerProperties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                    .mapToObj(p -> new TopicPartition(TOPIC, p))
                    .toList();
            return Clients.readAll(consumer, partitions);
        }
    }
}
