import io.millrace.client.consumer.Consumer;
import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.client.consumer.Position;
import io.millrace.client.net.ClientRuntime;
import io.millrace.client.producer.Producer;
import io.millrace.client.producer.ProducerConfig;
import io.millrace.client.producer.SendCallback;
import io.millrace.protocol.TopicPartition;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * From send to receive at a fixed rate, with one of two clients' producer and consumer in this process: values of 100 B, one
 * topic of six partitions, linger 0, all else as it is by default. A latency counts from the moment a record was due, so
 * that a stall counts for all whom it held up.
 *
 * <p>usage: ClientLatency ours|kafka BOOTSTRAP TOPIC RATE WARMUP_SECONDS SECONDS
 *
 * <p>The last line of the output is JSON.
 */
public final class ClientLatency {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int VALUE_BYTES = 100;

    /** What the two have in common here. */
    private interface Target extends AutoCloseable {
        void send(byte[] value);

        void poll();

        @Override
        void close();
    }

    private final long[] due;
    private final long[] received;
    private final LongAdder failures = new LongAdder();
    private final CountDownLatch left;

    private ClientLatency(int total) {
        due = new long[total];
        received = new long[total];
        left = new CountDownLatch(total);
    }

    public static void main(String[] args) throws Exception {
        int rate = Integer.parseInt(args[3]);
        int warmUp = rate * Integer.parseInt(args[4]);
        int total = warmUp + rate * Integer.parseInt(args[5]);
        ClientLatency run = new ClientLatency(total);
        try (Target target = args[0].equals("ours") ? run.ours(args[1], args[2]) : run.kafka(args[1], args[2])) {
            Thread reader = new Thread(() -> {
                while (run.left.getCount() > 0) {
                    target.poll();
                }
            });
            reader.setDaemon(true);
            reader.start();
            run.send(target, rate);
            boolean all = run.left.await(10, TimeUnit.SECONDS);
            if (all) {
                reader.join();
            }
            System.out.println(run.result(args[0], warmUp));
            System.out.flush();
            if (!all) {
                Runtime.getRuntime().halt(run.failures.sum() > 0 ? 1 : 0);
            }
        }
    }

    private void send(Target target, int rate) {
        long start = System.nanoTime() + 1_000_000_000L; // the reader finds its place meanwhile
        for (int i = 0; i < due.length; i++) {
            due[i] = start + i * 1_000_000_000L / rate;
            for (long wait = due[i] - System.nanoTime(); wait > 0; wait = due[i] - System.nanoTime()) {
                LockSupport.parkNanos(wait);
            }
            byte[] value = new byte[VALUE_BYTES];
            ByteBuffer.wrap(value).putInt(i);
            target.send(value);
        }
    }

    private void received(int number) {
        if (received[number] == 0) {
            received[number] = System.nanoTime();
            left.countDown();
        }
    }

    private String result(String which, int from) {
        long[] took = IntStream.range(from, due.length)
                .filter(i -> received[i] != 0)
                .mapToLong(i -> received[i] - due[i])
                .sorted()
                .toArray();
        return String.format(
                Locale.ROOT,
                "{\"client\":\"%s\",\"records\":%d,\"failures\":%d,\"missing\":%d,\"p50_ms\":%.3f,\"p99_ms\":%.3f,"
                        + "\"p999_ms\":%.3f,\"max_ms\":%.3f}",
                which,
                took.length,
                failures.sum(),
                left.getCount(),
                at(took, 0.5),
                at(took, 0.99),
                at(took, 0.999),
                at(took, 1));
    }

    private static double at(long[] sorted, double part) {
        return sorted.length == 0 ? -1 : sorted[(int) Math.min(sorted.length - 1, part * sorted.length)] / 1e6;
    }

    private Target ours(String bootstrap, String topic) {
        ClientRuntime runtime = ClientRuntime.create(); // one I/O thread for both, as in any application that has both
        Producer producer = Producer.open(
                ProducerConfig.builder(bootstrap).linger(Duration.ZERO).build(), runtime);
        Consumer consumer = Consumer.open(ConsumerConfig.of(bootstrap), runtime);
        List<TopicPartition> partitions = IntStream.range(0, ClientConsume.PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
        consumer.assign(partitions);
        partitions.forEach(partition -> consumer.seek(partition, Position.offset(0)));
        SendCallback callback = outcome -> {
            if (outcome.isFailure()) {
                failures.increment();
            }
        };
        return new Target() {
            @Override
            public void send(byte[] value) {
                producer.send(topic, value, callback);
            }

            @Override
            public void poll() {
                for (ConsumerRecord record : consumer.poll(POLL)) {
                    received(record.value().getInt());
                }
            }

            @Override
            public void close() {
                producer.close();
                consumer.close();
                runtime.close();
            }
        };
    }

    private Target kafka(String bootstrap, String topic) {
        Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", bootstrap));
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<org.apache.kafka.common.TopicPartition> partitions = IntStream.range(0, ClientConsume.PARTITIONS)
                .mapToObj(partition -> new org.apache.kafka.common.TopicPartition(topic, partition))
                .toList();
        consumer.assign(partitions);
        partitions.forEach(partition -> consumer.seek(partition, 0));
        Map<String, Object> sends = new HashMap<>(settings);
        sends.put("linger.ms", "0");
        KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(sends, new ByteArraySerializer(), new ByteArraySerializer());
        return new Target() {
            @Override
            public void send(byte[] value) {
                producer.send(new ProducerRecord<>(topic, value), (metadata, failure) -> {
                    if (failure != null) {
                        failures.increment();
                    }
                });
            }

            @Override
            public void poll() {
                for (org.apache.kafka.clients.consumer.ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    received(ByteBuffer.wrap(record.value()).getInt());
                }
            }

            @Override
            public void close() {
                producer.close();
                consumer.close();
            }
        };
    }
}
