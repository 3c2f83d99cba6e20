import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Cold BOOTSTRAP TOPIC COUNT_FILE
 *
 * <p>Reads a topic from its beginning to its end as fast as it can; prints "pass", waits for a line on standard input
 * and begins again, until it is killed. The bytes of values read so far stand in COUNT_FILE, written anew ten times a
 * second, and for the first time when the first records are there.
 */
public final class Cold {
    private static final long BETWEEN_COUNTS_NS = 100_000_000;

    private Cold() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 3) {
            System.err.println("usage: Cold BOOTSTRAP TOPIC COUNT_FILE");
            System.exit(2);
        }
        Properties settings = new Properties();
        settings.put("bootstrap.servers", arguments[0]);
        settings.put("check.crcs", "false"); // the less this end works, the more the broker and its disk have to
        settings.put("max.partition.fetch.bytes", Integer.toString(8 << 20));
        settings.put("fetch.max.bytes", Integer.toString(8 << 20));
        settings.put("max.poll.records", "20000");
        Path file = Path.of(arguments[2]);
        BufferedReader go = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(arguments[1]).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            long bytes = 0;
            long counted = 0;
            String word;
            do {
                consumer.seekToBeginning(partitions);
                Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
                while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
                    ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(100));
                    for (ConsumerRecord<byte[], byte[]> record : records) {
                        bytes += record.serializedValueSize();
                    }
                    if (bytes > 0 && System.nanoTime() - counted > BETWEEN_COUNTS_NS) {
                        counted = System.nanoTime();
                        tell(file, bytes);
                    }
                }
                tell(file, bytes);
                System.out.println("pass");
                word = go.readLine();
            } while (word != null);
        }
    }

    /** Replaces the file as a whole, so that a reader never sees half a number. */
    private static void tell(Path file, long bytes) throws java.io.IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(fresh, Long.toString(bytes));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
