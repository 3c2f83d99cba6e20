package io.millrace.broker.it;

import java.time.Duration;
import org.apache.kafka.common.TopicPartition;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The broker as a process: how it says that it is ready, how it ends, and what it leaves. */
@Timeout(90)
final class ProcessIT {
    private static final Pattern READY =
            Pattern.compile("Millrace ready on (\\S+) \\(broker (\\d+), cluster ([\\w-]{22})\\) in (\\d+) ms");
    private static final String CLEAN_MARK = ".kafka_cleanshutdown";

    @TempDir
    private Path directory;

    @Test
    void clientsCanUseItFromTheReadyLineOn() throws Exception {
        int port = Ports.free();
        long launched = System.nanoTime();
        CompletableFuture<Long> firstAnswer = CompletableFuture.supplyAsync(() -> firstAnswer(port));
        try (MillraceProcess process = MillraceProcess.launch(Map.of(), BrokerProcess.arguments(directory.resolve("data"), port, List.of()))) {
            String line = process.awaitLine("Millrace ready");
            Clients clients = new Clients("127.0.0.1:" + port);
            try (KafkaProducer<String, String> producer = clients.producer()) {
                assertEquals(
                        0,
                        producer.send(new ProducerRecord<>("at-once", "x")).get().offset());
            }
            Matcher ready = READY.matcher(line);
            assertTrue(ready.matches(), line);
            assertEquals("127.0.0.1:" + port, ready.group(1));
            System.out.printf(
                    "ProcessIT: %s; a client that asked all the time had its first answer after %d ms%n",
                    line, (firstAnswer.get() - launched) / 1_000_000);
            assertEquals(1, process.out().size(), () -> "one line: " + process.out());
        }
    }

    /** Asks for metadata until there is an answer; returns the time of it. */
    private static long firstAnswer(int port) {
        while (true) {
            try (RawConnection connection = new RawConnection(port)) {
                connection.call(new RawRequest(3, 1).i32(0));
                return System.nanoTime();
            } catch (IOException notYet) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void sigtermFinishesWhatIsInFlightAndLeavesTheCleanMark() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(directory)) {
            Path mark = broker.data().resolve(CLEAN_MARK);
            assertFalse(Files.exists(mark), "no mark while it runs");
            broker.clients().createTopic("flight", 1);
            try (KafkaProducer<String, String> producer = broker.clients().producer("linger.ms=1")) {
                List<Future<RecordMetadata>> sent = IntStream.range(0, 5_000)
                        .mapToObj(i -> producer.send(new ProducerRecord<>("flight", Integer.toString(i))))
                        .toList();
                sent.get(0).get();
                long asked = System.nanoTime();
                assertEquals(0, broker.stop());
                System.out.printf("ProcessIT: SIGTERM took %d ms%n", (System.nanoTime() - asked) / 1_000_000);
                assertTrue(Files.exists(mark), "the mark of a clean stop");
                broker.restart();
                assertFalse(Files.exists(mark), "the mark is gone once it runs");
                for (int i = 0; i < sent.size(); i++) {
                    assertEquals(i, sent.get(i).get().offset());
                }
            }
            assertEquals(5_000, broker.clients().readAll("flight").size());
        }
    }

    @Test
    void aWaitingFetchAndAWaitingJoinDoNotHoldUpTheStop() {
        try (BrokerProcess broker = BrokerProcess.start(directory, "group.initial.rebalance.delay.ms=60000")) {
            broker.clients().createTopic("quiet", 1);
            try (Member waits = new Member(broker.clients().consumer("group.id=waits"));
                    var fetches = broker.clients().consumer("fetch.max.wait.ms=60000", "fetch.min.bytes=1000000")) {
                waits.subscribe("quiet");
                fetches.assign(List.of(new TopicPartition("quiet", 0)));
                IntStream.range(0, 10).forEach(i -> {
                    fetches.poll(Duration.ofMillis(50));
                    waits.poll();
                });
                assertEquals(0, broker.stop());
                assertFalse(broker.process().err().stream().anyMatch(line -> line.startsWith("\tat ")));
            }
        }
    }

    @Test
    void itRunsOnJava25WithoutWarningsOfTheJvm() throws IOException {
        Optional<Path> java25 = java25();
        assumeTrue(java25.isPresent(), "no JDK 25 under /usr/lib/jvm");
        try (BrokerProcess broker = BrokerProcess.startWith(
                Map.of("JAVA_HOME", java25.orElseThrow().toString()), directory)) {
            broker.clients().createTopic("modern", 1);
            for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
                try (KafkaProducer<String, String> producer =
                        broker.clients().producer("compression.type=" + codec)) {
                    producer.send(new ProducerRecord<>("modern", codec));
                }
            }
            assertEquals(5, broker.clients().readAll("modern").size());
            assertEquals(0, broker.stop());
            List<String> warnings = Stream.concat(broker.process().err().stream(), broker.process().out().stream())
                    .filter(line -> line.startsWith("WARNING") || line.contains("VM warning"))
                    .toList();
            assertEquals(List.of(), warnings);
        }
    }

    private static Optional<Path> java25() throws IOException {
        Path homes = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(homes)) {
            return Optional.empty();
        }
        try (Stream<Path> all = Files.list(homes)) {
            return all.filter(home -> home.getFileName().toString().contains("25"))
                    .filter(home -> Files.isExecutable(home.resolve("bin/java")))
                    .findFirst();
        }
    }
}
