import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.millrace.client.consumer.Consumer;
import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.consumer.ConsumerRecord;
import io.millrace.client.consumer.Position;
import io.millrace.protocol.TopicPartition;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads a topic of six partitions as fast as it can with one of two consumers, in this process alone, over and over, and
 * says what that cost it. Partitions are assigned by hand, and of each record's value the first and the last byte are read.
 *
 * <p>usage: ClientConsume ours|kafka BOOTSTRAP TOPIC RECORDS SECONDS key=value...
 *
 * <p>RECORDS is how many the topic holds. As long as is measured, the consumer has run before. The last line of the output
 * is JSON.
 */
public final class ClientConsume {
    static final int PARTITIONS = 6;
    private static final Duration POLL = Duration.ofMillis(500);

    private interface Target extends AutoCloseable {
        /** Begins anew at the beginning of the topic. */
        void rewind();

        /** Reads what a poll returns; how many records. */
        int poll();

        @Override
        void close();
    }

    /** So that what is read is used. */
    private static long sum;

    public static void main(String[] args) {
        long records = Long.parseLong(args[3]);
        double seconds = Double.parseDouble(args[4]);
        Map<String, String> settings = new HashMap<>(Map.of("bootstrap.servers", args[1]));
        for (int i = 5; i < args.length; i++) {
            settings.put(args[i].split("=")[0], args[i].split("=")[1]);
        }
        try (Target target = args[0].equals("ours") ? ours(settings, args[2]) : kafka(settings, args[2])) {
            run(target, records, seconds);
            System.gc();
            long cpu = cpuNs();
            long allocated = allocated();
            long gcs = gcCount();
            long from = System.nanoTime();
            long read = run(target, records, seconds);
            double took = (System.nanoTime() - from) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "{\"client\":\"%s\",\"records\":%d,\"failures\":0,\"rec_s\":%.0f,\"cpu_s_per_mrec\":%.3f,"
                            + "\"alloc_per_rec\":%.1f,\"gcs\":%d,\"sum\":%d}%n",
                    args[0],
                    read,
                    read / took,
                    (cpuNs() - cpu) / 1e9 / (read / 1e6),
                    (allocated() - allocated) / (double) read,
                    gcCount() - gcs,
                    sum);
        }
    }

    /** Whole passes, until that much time is over. */
    private static long run(Target target, long records, double seconds) {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        long all = 0;
        do {
            target.rewind();
            long read = 0;
            int idle = 0;
            while (read < records) {
                int got = target.poll();
                read += got;
                idle = got > 0 ? 0 : idle + 1;
                if (idle == 20) {
                    throw new IllegalStateException(read + " of " + records + " records came");
                }
            }
            all += read;
        } while (System.nanoTime() - end < 0);
        return all;
    }

    private static Target ours(Map<String, String> settings, String topic) {
        Consumer consumer = Consumer.open(ConsumerConfig.fromMap(settings));
        List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
        consumer.assign(partitions);
        return new Target() {
            @Override
            public void rewind() {
                partitions.forEach(partition -> consumer.seek(partition, Position.offset(0)));
            }

            @Override
            public int poll() {
                List<ConsumerRecord> records = consumer.poll(POLL);
                for (ConsumerRecord record : records) {
                    ByteBuffer value = record.value();
                    sum += value.get(0) + value.get(value.limit() - 1);
                }
                return records.size();
            }

            @Override
            public void close() {
                consumer.close();
            }
        };
    }

    private static Target kafka(Map<String, String> settings, String topic) {
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(new HashMap<>(settings), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<org.apache.kafka.common.TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new org.apache.kafka.common.TopicPartition(topic, partition))
                .toList();
        consumer.assign(partitions);
        return new Target() {
            @Override
            public void rewind() {
                partitions.forEach(partition -> consumer.seek(partition, 0));
            }

            @Override
            public int poll() {
                var records = consumer.poll(POLL);
                for (org.apache.kafka.clients.consumer.ConsumerRecord<byte[], byte[]> record : records) {
                    byte[] value = record.value();
                    sum += value[0] + value[value.length - 1];
                }
                return records.count();
            }

            @Override
            public void close() {
                consumer.close();
            }
        };
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
