import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.millrace.client.producer.Producer;
import io.millrace.client.producer.ProducerConfig;
import io.millrace.client.producer.SendCallback;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends records as fast as it can with one of two producers, in this process alone, and says what that cost it.
 *
 * <p>usage: ClientProduce ours|kafka BOOTSTRAP TOPIC SIZE RECORDS key=value...
 *
 * <p>The same number of records goes before, uncounted, through the same producer. The last line of the output is JSON.
 */
public final class ClientProduce {
    private static final int DISTINCT = 5_000;

    private interface Target extends AutoCloseable {
        void send(byte[] value);

        void flush();

        @Override
        void close();
    }

    public static void main(String[] args) {
        String which = args[0];
        byte[][] values = values(Integer.parseInt(args[3]));
        int records = Integer.parseInt(args[4]);
        Map<String, String> settings = new HashMap<>(Map.of("bootstrap.servers", args[1]));
        for (int i = 5; i < args.length; i++) {
            settings.put(args[i].split("=")[0], args[i].split("=")[1]);
        }
        LongAdder failures = new LongAdder();
        LongAdder done = new LongAdder();
        try (Target target = which.equals("ours")
                ? ours(settings, args[2], done, failures)
                : kafka(settings, args[2], done, failures)) {
            run(target, values, records);
            run(target, values, records);
            System.gc();
            long cpu = cpuNs();
            long allocated = allocated();
            long gcs = gcCount();
            long before = done.sum();
            long from = System.nanoTime();
            run(target, values, records);
            double seconds = (System.nanoTime() - from) / 1e9;
            long acknowledged = done.sum() - before;
            System.out.printf(
                    Locale.ROOT,
                    "{\"client\":\"%s\",\"records\":%d,\"failures\":%d,\"rec_s\":%.0f,\"cpu_s_per_mrec\":%.3f,"
                            + "\"alloc_per_rec\":%.1f,\"gcs\":%d}%n",
                    which,
                    acknowledged,
                    failures.sum(),
                    acknowledged / seconds,
                    (cpuNs() - cpu) / 1e9 / (acknowledged / 1e6),
                    (allocated() - allocated) / (double) acknowledged,
                    gcCount() - gcs);
        }
    }

    private static void run(Target target, byte[][] values, int records) {
        for (int i = 0; i < records; i++) {
            target.send(values[i % values.length]);
        }
        target.flush();
    }

    private static Target ours(Map<String, String> settings, String topic, LongAdder done, LongAdder failures) {
        Producer producer = Producer.open(ProducerConfig.fromMap(settings));
        SendCallback callback = outcome -> {
            if (outcome.isSuccess()) {
                done.increment();
            } else {
                say(failures, outcome.error().orElseThrow());
            }
        };
        Duration patience = Duration.ofMinutes(1);
        return new Target() {
            @Override
            public void send(byte[] value) {
                producer.awaitRoom(patience);
                producer.send(topic, value, callback);
            }

            @Override
            public void flush() {
                producer.flush().toCompletableFuture().join();
            }

            @Override
            public void close() {
                System.out.println(producer.metrics());
                producer.close();
            }
        };
    }

    private static Target kafka(Map<String, String> settings, String topic, LongAdder done, LongAdder failures) {
        KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(new HashMap<>(settings), new ByteArraySerializer(), new ByteArraySerializer());
        Callback callback = (metadata, failure) -> {
            if (failure == null) {
                done.increment();
            } else {
                say(failures, failure);
            }
        };
        return new Target() {
            @Override
            public void send(byte[] value) {
                producer.send(new ProducerRecord<>(topic, value), callback);
            }

            @Override
            public void flush() {
                producer.flush();
            }

            @Override
            public void close() {
                producer.close();
            }
        };
    }

    private static void say(LongAdder failures, Exception failure) {
        if (failures.sum() == 0) {
            System.out.println("the first failure: " + failure);
        }
        failures.increment();
    }

    /** Lines as of an access log, which lz4 halves or so. */
    private static byte[][] values(int size) {
        Random random = new Random(size);
        String[] words = new String[400];
        for (int i = 0; i < words.length; i++) {
            StringBuilder word = new StringBuilder();
            for (int n = 3 + random.nextInt(6); n > 0; n--) {
                word.append("etaoinshrdlucmfwypvbgk".charAt((int) (22 * Math.pow(random.nextDouble(), 1.5))));
            }
            words[i] = word.toString();
        }
        byte[][] values = new byte[DISTINCT][];
        for (int i = 0; i < DISTINCT; i++) {
            StringBuilder line = new StringBuilder(size + 32);
            line.append(String.format(
                    "{\"time\":\"2026-01-%02dT%02d:%02d\",\"id\":\"%06x\",\"msg\":\"",
                    1 + random.nextInt(28), random.nextInt(24), random.nextInt(60), random.nextInt(1 << 24)));
            while (line.length() < size - 2) {
                line.append(words[(int) (400 * Math.pow(random.nextDouble(), 2.5))]).append(' ');
            }
            line.setLength(size - 2);
            values[i] = line.append("\"}").toString().getBytes(StandardCharsets.US_ASCII);
        }
        return values;
    }

    private static long cpuNs() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static long allocated() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sum = 0;
        for (long bytes : threads.getThreadAllocatedBytes(threads.getAllThreadIds())) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }

    private static long gcCount() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
    }
}
