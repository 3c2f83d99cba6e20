package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk damages what was stored; a running broker finds it, and consumers read all the rest. */
@Timeout(120)
final class ScrubIT {
    private static final TopicPartition PARTITION = new TopicPartition("rotten", 0);
    private static final int RECORDS = 3000;

    /** Past the client's own check of checksums: whatever stops it comes from the broker. */
    private static final String[] TRUSTING = {"check.crcs=false"};

    @TempDir
    private Path directory;

    @Test
    void aConsumerIsStoppedAtWhatIsCorruptAndReadsAllBehindIt() throws Exception {
        Random random = new Random(Seed.forTest("ScrubIT"));
        try (BrokerProcess broker = BrokerProcess.start(
                directory, "log.scrub.interval.ms=300", "log.scrub.bytes.per.second=100000000")) {
            Clients clients = broker.clients();
            clients.createTopic(PARTITION.topic(), 1, "segment.bytes=5000", "index.interval.bytes=1000");
            try (KafkaProducer<String, String> producer = clients.producer("batch.size=1000", "linger.ms=5")) {
                for (int i = 0; i < RECORDS; i++) {
                    producer.send(new ProducerRecord<>(PARTITION.topic(), 0, null, "record " + i));
                }
            }
            List<Path> closed = segments(broker);
            closed.remove(closed.size() - 1);
            assertTrue(closed.size() >= 3, closed.toString());
            Collections.shuffle(closed, random);
            List<String> names = new ArrayList<>();
            for (Path file : closed.subList(0, 3)) {
                flipAByte(file, random);
                names.add("of segment " + Long.parseLong(file.getFileName().toString().replace(".log", "")) + ";");
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> names.stream().allMatch(name -> broker.process().err().stream()
                            .anyMatch(line -> line.contains("corrupt on disk") && line.contains(name))));
            Set<Long> read = readAround(clients);
            broker.kill();
            broker.restart();
            Set<Long> readAgain = readAround(clients); // and at once, before anything was scrubbed again
            assertTrue(read.containsAll(readAgain), "what was known to be corrupt is served after a restart");
            assertFalse(readAgain.size() < RECORDS / 2, "only " + readAgain.size() + " are readable");
        }
    }

    /** Reads all that the broker gives; where it refuses, goes on with the next offset. */
    private static Set<Long> readAround(Clients clients) {
        Set<Long> offsets = new TreeSet<>();
        Set<Long> refused = new TreeSet<>();
        try (KafkaConsumer<String, String> consumer = clients.consumer(TRUSTING)) {
            consumer.assign(List.of(PARTITION));
            consumer.seekToBeginning(List.of(PARTITION));
            while (consumer.position(PARTITION) < RECORDS) {
                try {
                    for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                        assertEquals("record " + record.offset(), record.value());
                        offsets.add(record.offset());
                    }
                } catch (KafkaException e) {
                    assertTrue(e.getMessage().contains("corrupt message"), e.toString());
                    long at = consumer.position(PARTITION);
                    refused.add(at);
                    consumer.seek(PARTITION, at + 1);
                }
            }
        }
        assertFalse(refused.isEmpty(), "nothing was refused");
        List<Long> neither = LongStream.range(0, RECORDS)
                .boxed()
                .filter(offset -> !offsets.contains(offset) && !refused.contains(offset))
                .collect(Collectors.toList());
        assertEquals(List.of(), neither, "neither given nor refused");
        return offsets;
    }

    private static List<Path> segments(BrokerProcess broker) throws IOException {
        try (Stream<Path> files = Files.list(broker.data().resolve(PARTITION.toString()))) {
            return new ArrayList<>(files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList());
        }
    }

    private static void flipAByte(Path file, Random random) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long position = random.nextLong(channel.size());
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, position);
            one.put(0, (byte) (one.get(0) ^ (1 + random.nextInt(255)))).flip();
            channel.write(one, position);
            System.out.println("ScrubIT: flipped byte " + position + " of " + file.getFileName());
        }
    }
}
