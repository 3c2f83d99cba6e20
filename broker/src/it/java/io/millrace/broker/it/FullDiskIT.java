package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.Mount;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What real clients see of a disk that runs full, has room again, or goes away: on volumes of the test's own. */
@Timeout(120)
final class FullDiskIT {
    private static final int MIB = 1 << 20;
    private static final int RECORDS = 300;

    @TempDir
    private Path directory;

    private static boolean hasLogged(BrokerProcess broker, String words) {
        return broker.process().err().stream().anyMatch(line -> line.contains(words));
    }

    private static void awaitLogged(BrokerProcess broker, String words) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> hasLogged(broker, words));
    }

    /** Sends until the broker says that it has no room. */
    private static int fill(Clients clients, String topic) {
        String value = "x".repeat(100_000);
        int stored = 0;
        try (KafkaProducer<String, String> producer =
                clients.producer("retries=0", "enable.idempotence=false", "acks=all")) {
            while (true) {
                producer.send(new ProducerRecord<>(topic, value)).get();
                stored++;
            }
        } catch (ExecutionException e) {
            assertInstanceOf(KafkaStorageException.class, e.getCause());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return stored;
    }

    private static void send(KafkaProducer<String, String> producer, Acked acked) {
        IntStream.range(0, RECORDS)
                .forEach(i -> producer.send(new ProducerRecord<>("kept", Integer.toString(i)), acked.expecting(i)));
    }

    private static void assertAllStoredOnce(Clients clients, Acked acked) {
        assertEquals(List.of(), acked.failures());
        assertEquals(RECORDS, acked.count());
        List<ConsumerRecord<String, String>> all = clients.readAll("kept");
        assertEquals(
                IntStream.range(0, RECORDS).mapToObj(Integer::toString).toList(),
                all.stream().map(ConsumerRecord::value).toList());
    }

    @Test
    void belowTheFloorProducersWaitAndAllElseGoesOnUntilSpaceIsFreed() throws Exception {
        try (Mount volume = Mount.inMemory(directory.resolve("data"), 64 * MIB);
                BrokerProcess broker = BrokerProcess.start(
                        volume.path().getParent(),
                        "log.dir.min.free.bytes=" + 24 * MIB,
                        "log.segment.bytes=" + MIB,
                        "offsets.topic.num.partitions=1")) {
            Clients clients = broker.clients();
            clients.createTopic("ballast", 1);
            clients.createTopic("kept", 1);
            int ballast = fill(clients, "ballast");
            awaitLogged(broker, "is full: producers are refused until there is room");

            Acked acked = new Acked();
            try (KafkaProducer<String, String> producer = clients.producer();
                    Admin admin = clients.admin()) {
                send(producer, acked);
                assertEquals(ballast, clients.readAll("ballast").size(), "reads go on");
                Map<TopicPartition, OffsetAndMetadata> offsets =
                        Map.of(new TopicPartition("ballast", 0), new OffsetAndMetadata(7));
                Clients.await(admin.alterConsumerGroupOffsets("group", offsets).all()); // uses what is left
                assertEquals(
                        offsets,
                        Clients.await(admin.listConsumerGroupOffsets("group").partitionsToOffsetAndMetadata()));
                LogDirDescription described = Clients.await(
                                admin.describeLogDirs(List.of(1)).allDescriptions())
                        .get(1)
                        .values()
                        .iterator()
                        .next();
                assertTrue(described.usableBytes().getAsLong() < 24 * MIB);
                assertEquals(0, acked.count());

                Clients.await(admin.deleteTopics(List.of("ballast")).all());
                awaitLogged(broker, "has room again");
                producer.flush();
            }
            assertAllStoredOnce(clients, acked);
            assertEquals(0, broker.stop());
        }
    }

    @Test
    void withNoByteLeftTheBrokerAndItsZooKeeperLiveAndGoOnWithSpace() throws Exception {
        try (Mount volume = Mount.inMemory(directory.resolve("data"), 32 * MIB);
                BrokerProcess broker = BrokerProcess.start(
                        volume.path().getParent(), "log.dir.min.free.bytes=0", "replica.high.watermark.checkpoint.interval.ms=100")) {
            Clients clients = broker.clients();
            clients.createTopic("ballast", 1);
            clients.createTopic("kept", 1);
            Path filler = volume.path().resolve("filler");
            fillWholly(filler);
            fill(clients, "ballast");
            awaitLogged(broker, "is full: producers are refused until there is room");
            Acked acked = new Acked();
            try (KafkaProducer<String, String> producer = clients.producer();
                    Admin admin = clients.admin("default.api.timeout.ms=6000", "request.timeout.ms=5000")) {
                send(producer, acked);
                fillWholly(volume.path().resolve("filler2")); // what a failed write has given back
                for (int i = 0; i < 5; i++) { // for ZooKeeper to find out, too; whether they come to be is open
                    admin.createTopics(List.of(new NewTopic("more-" + i, Optional.of(1), Optional.empty())));
                }
                assertThrows(
                        ExecutionException.class,
                        () -> admin.createTopics(List.of(new NewTopic("none", Optional.of(1), Optional.empty())))
                                .all()
                                .get());
                assertFalse(hasLogged(broker, "is offline"));
                Files.delete(filler);
                Files.delete(volume.path().resolve("filler2"));
                awaitLogged(broker, "has room again");
                producer.flush();
                Awaitility.await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
                    clients.createTopic("after-" + System.nanoTime(), 1);
                    return true;
                });
            }
            assertAllStoredOnce(clients, acked);
            assertEquals(0, broker.stop());
            broker.restart();
            assertAllStoredOnce(broker.clients(), acked);
        }
    }

    private static void fillWholly(Path file) {
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(new byte[4096]);
            }
        } catch (IOException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("No space left"), e.toString());
        }
    }

    @Test
    void oneOfTwoDirectoriesGoesAwayAndTheOtherWorksOn() throws Exception {
        Path lost = directory.resolve("lost");
        Mount volume = Mount.inMemory(lost, 32 * MIB);
        try (BrokerProcess broker = BrokerProcess.start(
                directory, "log.dirs=" + directory.resolve("data") + "," + lost, "log.dir.min.free.bytes=0")) {
            Clients clients = broker.clients();
            clients.createTopic("numbers", 2); // one partition in each
            try (KafkaProducer<String, String> producer = clients.producer("retries=0", "enable.idempotence=false")) {
                for (int p = 0; p < 2; p++) {
                    producer.send(new ProducerRecord<>("numbers", p, null, "before")).get();
                }
                volume.close();
                awaitLogged(broker, "is offline until the next start");
                int refused = 0;
                for (int p = 0; p < 2; p++) {
                    try {
                        producer.send(new ProducerRecord<>("numbers", p, null, "after")).get();
                    } catch (ExecutionException e) {
                        assertInstanceOf(KafkaStorageException.class, e.getCause());
                        refused++;
                    }
                }
                assertEquals(1, refused);
            }
            try (Admin admin = clients.admin()) {
                Map<String, LogDirDescription> described = Clients.await(
                                admin.describeLogDirs(List.of(1)).allDescriptions())
                        .get(1);
                assertInstanceOf(KafkaStorageException.class, described.get(lost.toString()).error());
            }
        }
    }

    @Test
    void kcatTriesAgainUntilThereIsRoom() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue(Kcat.isInstalled(), "kcat is not installed");
        try (Mount volume = Mount.inMemory(directory.resolve("data"), 64 * MIB);
                BrokerProcess broker =
                        BrokerProcess.start(volume.path().getParent(), "log.dir.min.free.bytes=" + 24 * MIB, "log.segment.bytes=" + MIB)) {
            Clients clients = broker.clients();
            clients.createTopic("ballast", 1);
            clients.createTopic("kept", 1);
            fill(clients, "ballast");
            Kcat kcat = new Kcat(broker.bootstrap());
            Thread space = new Thread(() -> {
                try (Admin admin = clients.admin()) {
                    Clients.await(admin.deleteTopics(List.of("ballast")).all());
                }
            });
            kcat.succeed(
                    out -> {
                        for (int i = 0; i < RECORDS; i++) {
                            out.write((i + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
                        }
                        out.flush();
                        space.start();
                    },
                    "-P",
                    "-t",
                    "kept",
                    "-p",
                    "0",
                    "-X",
                    "enable.idempotence=true");
            space.join();
            assertEquals(RECORDS, clients.readAll("kept").size());
        }
    }
}
