import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Fill BOOTSTRAP BYTES TOPIC...
 *
 * <p>Writes records of 1 KiB, BYTES in all, spread evenly over every partition of the topics: a batch's worth to one
 * partition, then to the next, so that each batch holds about 60 records however many partitions there are. Prints JSON
 * {"records","ms"} once all are acknowledged; fails if one is not.
 */
public final class Fill {
    private static final int RECORD_BYTES = 1024;
    private static final int RECORDS_IN_A_ROW = 60;

    private Fill() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 3) {
            System.err.println("usage: Fill BOOTSTRAP BYTES TOPIC...");
            System.exit(2);
        }
        long records = Long.parseLong(arguments[1]) / RECORD_BYTES;
        Properties settings = new Properties();
        settings.put("bootstrap.servers", arguments[0]);
        settings.put("acks", "1");
        settings.put("batch.size", "65536");
        settings.put("linger.ms", "20");
        settings.put("buffer.memory", Long.toString(128L << 20));
        settings.put("request.timeout.ms", "120000");
        settings.put("delivery.timeout.ms", "600000");
        settings.put("max.block.ms", "600000");
        byte[] value = new byte[RECORD_BYTES];
        new SplittableRandom(1).nextBytes(value);

        AtomicLong acked = new AtomicLong();
        AtomicReference<Exception> failure = new AtomicReference<>();
        long start = System.nanoTime();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (int i = 2; i < arguments.length; i++) {
                producer.partitionsFor(arguments[i]).forEach(p -> partitions.add(new TopicPartition(p.topic(), p.partition())));
            }
            for (long i = 0; i < records && failure.get() == null; i++) {
                TopicPartition to = partitions.get((int) (i / RECORDS_IN_A_ROW % partitions.size()));
                producer.send(new ProducerRecord<>(to.topic(), to.partition(), null, value), (metadata, e) -> {
                    if (e == null) {
                        acked.incrementAndGet();
                    } else {
                        failure.compareAndSet(null, e);
                    }
                });
            }
        }
        if (failure.get() != null || acked.get() != records) {
            throw new IllegalStateException(acked + " of " + records + " records were acknowledged", failure.get());
        }
        System.out.printf(Locale.ROOT, "{\"records\":%d,\"ms\":%d}%n", records, (System.nanoTime() - start) / 1_000_000);
    }
}
