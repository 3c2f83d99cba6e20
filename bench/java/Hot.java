import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Hot BOOTSTRAP TOPIC RATE SECONDS SIZE
 *
 * <p>A producer that sends RATE records a second of SIZE bytes to the first partition of a topic, and a consumer at its
 * tail. A latency counts from the moment a record was due, so that a stall counts for all whom it held up; what a
 * second's worth of records at the beginning met is left out. Throughput is what got through between the first and the
 * last moment a record was due: records that come later than that lower it. Prints JSON.
 */
public final class Hot {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Hot() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 5) {
            System.err.println("usage: Hot BOOTSTRAP TOPIC RATE SECONDS SIZE");
            System.exit(2);
        }
        TopicPartition partition = new TopicPartition(arguments[1], 0);
        int rate = Integer.parseInt(arguments[2]);
        int total = rate * (Integer.parseInt(arguments[3]) + 1);
        int size = Math.max(16, Integer.parseInt(arguments[4]));
        long[] acked = new long[total]; // nanoTime when it happened, 0 if it has not
        long[] arrived = new long[total];
        long[] due = new long[total];

        Properties common = new Properties();
        common.put("bootstrap.servers", arguments[0]);
        AtomicLong failed = new AtomicLong();
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(common, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(List.of(partition));
        consumer.seekToEnd(List.of(partition));
        consumer.position(partition);
        Thread reader = new Thread(() -> read(consumer, arrived, PATIENCE.plusSeconds(total / rate)));
        reader.start();

        Properties settings = new Properties();
        settings.putAll(common);
        settings.put("linger.ms", "0");
        settings.put("acks", "1");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.partitionsFor(partition.topic());
            long start = System.nanoTime() + 100_000_000L;
            for (int i = 0; i < total; i++) {
                int number = i;
                due[i] = start + i * 1_000_000_000L / rate;
                for (long left = due[i] - System.nanoTime(); left > 0; left = due[i] - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                byte[] value = new byte[size];
                ByteBuffer.wrap(value).putInt(number);
                producer.send(new ProducerRecord<>(partition.topic(), 0, null, value), (metadata, e) -> {
                    if (e == null) {
                        acked[number] = System.nanoTime();
                    } else {
                        failed.incrementAndGet();
                    }
                });
            }
        }
        reader.join();
        consumer.close();
        int from = rate;
        System.out.printf(
                Locale.ROOT,
                "{\"hot_mb_s\":%.3f,\"tail_mb_s\":%.3f,%s,%s,\"failed\":%d,\"missing\":%d}%n",
                megabytesPerSecond(acked, due, from, size),
                megabytesPerSecond(arrived, due, from, size),
                percentiles("ack", acked, due, from),
                percentiles("tail", arrived, due, from),
                failed.get(),
                Arrays.stream(arrived).filter(t -> t == 0).count());
    }

    private static void read(KafkaConsumer<byte[], byte[]> consumer, long[] arrived, Duration atMost) {
        long giveUp = System.nanoTime() + atMost.toNanos();
        int seen = 0;
        while (seen < arrived.length && System.nanoTime() < giveUp) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                arrived[ByteBuffer.wrap(record.value()).getInt()] = System.nanoTime();
                seen++;
            }
        }
    }

    /** What had happened when the last record was due, over the time from the first to then. */
    private static double megabytesPerSecond(long[] happened, long[] due, int from, int size) {
        long end = due[due.length - 1];
        long inTime = 0;
        for (int i = from; i < happened.length; i++) {
            if (happened[i] != 0 && happened[i] - end <= 0) {
                inTime++;
            }
        }
        return inTime * (double) size * 1e3 / (end - due[from]);
    }

    private static String percentiles(String name, long[] happened, long[] due, int from) {
        long[] latencies = new long[happened.length];
        int count = 0;
        for (int i = from; i < happened.length; i++) {
            if (happened[i] != 0) {
                latencies[count++] = happened[i] - due[i];
            }
        }
        long[] sorted = Arrays.copyOf(latencies, count);
        Arrays.sort(sorted);
        return String.format(
                Locale.ROOT,
                "\"%1$s_p50_ms\":%2$.3f,\"%1$s_p99_ms\":%3$.3f,\"%1$s_max_ms\":%4$.3f",
                name,
                at(sorted, 0.5),
                at(sorted, 0.99),
                at(sorted, 1));
    }

    private static double at(long[] sorted, double quantile) {
        return sorted.length == 0 ? -1 : sorted[(int) Math.min(sorted.length - 1, quantile * sorted.length)] / 1e6;
    }
}
