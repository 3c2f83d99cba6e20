package io.millrace.broker.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A topic that retention keeps small: written to all along, and held against its bound at the end. */
final class SoakRetention implements SoakShift.Worker {
    static final String TOPIC = "soak-retention";

    private static final int SEGMENT_BYTES = 256 << 10;
    private static final int RETENTION_BYTES = 1 << 20;
    private static final int RECORD_BYTES = 8 << 10;
    private static final int PAUSE_MS = 20;

    /** What may lie there: what is kept, the segment that is written, and one that was written since the last check. */
    private static final long MOST_BYTES = RETENTION_BYTES + 8L * SEGMENT_BYTES;

    private final Clients clients;

    SoakRetention(Clients clients) {
        this.clients = clients;
        clients.createTopic(
                TOPIC,
                1,
                "segment.bytes=" + SEGMENT_BYTES,
                "retention.bytes=" + RETENTION_BYTES,
                "file.delete.delay.ms=1000");
    }

    @Override
    public void work(SoakShift shift, SplittableRandom random) throws Exception {
        byte[] value = new byte[RECORD_BYTES];
        Arrays.fill(value, (byte) 'r');
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(
                clients.properties("acks=1"), new StringSerializer(), new ByteArraySerializer())) {
            while (!shift.isOver()) {
                producer.send(new ProducerRecord<>(TOPIC, value)).get();
                shift.pause(PAUSE_MS);
            }
        }
    }

    /** Returns a line of figures; what retention did not do is a finding. */
    String verify(Path data, SoakFindings findings) {
        TopicPartition partition = new TopicPartition(TOPIC, 0);
        try (KafkaConsumer<String, String> consumer = clients.consumer()) {
            List<TopicPartition> one = List.of(partition);
            long start = consumer.beginningOffsets(one).get(partition);
            long end = consumer.endOffsets(one).get(partition);
            long bytes = segmentBytes(data.resolve(TOPIC + "-0"));
            if (end * RECORD_BYTES > 2 * MOST_BYTES && (start == 0 || bytes > MOST_BYTES)) {
                findings.add("retention did not keep up", "offsets " + start + " to " + end + " in " + bytes + " bytes");
            }
            return String.format("offsets %,d to %,d are left of %,d, in %,d bytes", start, end, end, bytes);
        }
    }

    private static long segmentBytes(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .mapToLong(SoakRetention::size)
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (NoSuchFileException gone) {
            return 0; // by retention, just now
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
