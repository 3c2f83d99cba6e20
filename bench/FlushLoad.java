import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Producers that each send one record and wait for its acknowledgement, acks=all: what a durable broker takes.
 *
 * <p>usage: FlushLoad BOOTSTRAP PRODUCERS PARTITIONS WARM_SECONDS SECONDS. Prints one line of JSON: records per second,
 * flushes of the disk per second (of all disks of this machine, as /proc/diskstats counts them), latencies in ms.
 */
final class FlushLoad {
    private static final int RECORD_BYTES = 100;

    private FlushLoad() {}

    public static void main(String[] args) throws Exception {
        String bootstrap = args[0];
        int producers = Integer.parseInt(args[1]);
        int partitions = Integer.parseInt(args[2]);
        long warmMs = 1000 * Long.parseLong(args[3]);
        long measuredMs = 1000 * Long.parseLong(args[4]);
        String topic = "flush-" + System.currentTimeMillis();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            admin.createTopics(List.of(new NewTopic(topic, Optional.of(partitions), Optional.of((short) 1))))
                    .all()
                    .get();
        }
        long begin = System.nanoTime() + warmMs * 1_000_000;
        long end = begin + measuredMs * 1_000_000;
        AtomicLong acknowledged = new AtomicLong();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<List<Long>> latencies = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < producers; i++) {
            int partition = i % partitions;
            List<Long> own = new ArrayList<>();
            latencies.add(own);
            Thread thread = new Thread(() -> {
                try {
                    produce(bootstrap, topic, partition, begin, end, acknowledged, own);
                } catch (Exception e) {
                    failure.compareAndSet(null, e);
                }
            });
            threads.add(thread);
            thread.start();
        }
        Thread.sleep(warmMs);
        long flushes = DiskFlushes.count();
        long records = acknowledged.get();
        Thread.sleep(measuredMs);
        records = acknowledged.get() - records;
        flushes = DiskFlushes.count() - flushes;
        for (Thread thread : threads) {
            thread.join();
        }
        if (failure.get() != null) {
            throw new IllegalStateException("A producer failed", failure.get());
        }
        long[] sorted = latencies.stream()
                .flatMap(List::stream)
                .mapToLong(Long::longValue)
                .sorted()
                .toArray();
        System.out.printf(
                "\"producers\": %d, \"partitions\": %d, \"rec_s\": %d, \"disk_flushes_s\": %d, \"p50_ms\": %.2f, \"p99_ms\": %.2f%n",
                producers,
                partitions,
                records * 1000 / measuredMs,
                flushes * 1000 / measuredMs,
                sorted[sorted.length / 2] / 1e6,
                sorted[(int) (sorted.length * 0.99)] / 1e6);
    }

    private static void produce(
            String bootstrap, String topic, int partition, long begin, long end, AtomicLong acknowledged, List<Long> own)
            throws ExecutionException, InterruptedException {
        Map<String, Object> config =
                Map.of("bootstrap.servers", bootstrap, "acks", "all", "linger.ms", "0", "buffer.memory", 1 << 20);
        byte[] value = new byte[RECORD_BYTES];
        Arrays.fill(value, (byte) 'x');
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
                producer.send(new ProducerRecord<>(topic, partition, null, value)).get();
                acknowledged.incrementAndGet();
                if (now >= begin) {
                    own.add(System.nanoTime() - now);
                }
            }
        }
    }

    private static final class DiskFlushes {
        private static final int FLUSHES = 17; // behind major, minor, name and 14 others; Linux 5.5 on

        static long count() throws java.io.IOException {
            long sum = 0;
            for (String line : java.nio.file.Files.readAllLines(java.nio.file.Path.of("/proc/diskstats"))) {
                String[] fields = line.trim().split(" +");
                if (fields.length > FLUSHES && !fields[2].startsWith("loop")) {
                    sum += Long.parseLong(fields[FLUSHES + 1]);
                }
            }
            return sum;
        }
    }
}
