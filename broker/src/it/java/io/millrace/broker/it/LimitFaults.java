package io.millrace.broker.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Brokers that get no more files, or little memory. */
@Timeout(value = 20, unit = TimeUnit.MINUTES)
final class LimitFaults {
    private static final int CONNECTIONS = 200;
    private static final String HEAP = "-Xmx40m";

    @TempDir
    private static Path directory;

    private static ClusterProcesses cluster;

    @BeforeAll
    static void start() {
        cluster = ClusterProcesses.start(
                directory,
                name -> new BrokerProcess.Home(
                        "127.0.0.1", Ports.free(), List.of("env", "MILLRACE_JVM_OPTS=" + HEAP)),
                3,
                1,
                "log.segment.bytes=8192");
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static NumberedVerdict under(String fault, Consumer<NumberedLoad> faults) {
        return FaultRun.under(cluster, "LimitFaults", fault, faults);
    }

    @Test
    void noMoreFiles() {
        under("no file left to a leader for 10 s", load -> {
            BrokerProcess broker = cluster.broker(cluster.leader(load.topic(), 0));
            long pid = broker.process().pid();
            long before = openFiles(pid);
            List<SocketChannel> connections = new ArrayList<>();
            limit(pid, before + 5);
            try {
                for (int i = 0; i < CONNECTIONS; i++) { // the first few are taken, the rest has to wait
                    SocketChannel connection = SocketChannel.open();
                    connection.configureBlocking(false);
                    connection.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), broker.port()));
                    connections.add(connection);
                }
                ProcessFaults.lapse(10);
                assertTrue(broker.process().isAlive());
                limit(pid, 20_000);
                load.awaitFlow();
                cluster.awaitFullSets(load.topic());
                broker.clients().readAll(load.topic()); // a new connection
                for (SocketChannel connection : connections) {
                    connection.close();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            assertTrue(
                    broker.process().err().stream().noneMatch(line -> line.contains("is offline")),
                    "the disk is not to blame");
        });
    }

    private static long openFiles(long pid) {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return open.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void limit(long pid, long files) {
        try {
            int code = new ProcessBuilder("prlimit", "--pid", Long.toString(pid), "--nofile=" + files + ":20000")
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                skip("prlimit ended with " + code);
            }
        } catch (IOException e) {
            skip("no prlimit here: " + e.getMessage());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void skip(String reason) {
        System.out.println("SKIPPED: " + reason);
        Assumptions.abort(reason);
    }

    /** Large batches from many producers at once, in brokers with a sixth of their usual heap. */
    @Test
    void littleMemory() {
        under("large batches of 20 producers, heap " + HEAP, load -> {
            cluster.createTopic("large", 6);
            String value = "x".repeat(900_000);
            List<KafkaProducer<String, String>> producers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                producers.add(cluster.clients().producer("acks=all", "buffer.memory=8000000", "max.block.ms=120000"));
            }
            for (int i = 0; i < 10; i++) {
                producers.forEach(producer -> producer.send(new ProducerRecord<>("large", value)));
            }
            producers.forEach(KafkaProducer::flush);
            producers.forEach(KafkaProducer::close);
            load.awaitFlow();
            for (BrokerProcess broker : cluster.brokers()) {
                assertTrue(broker.process().isAlive(), "it has not run out of memory");
                System.out.printf(
                        "LimitFaults: a broker took %d MB at most%n", broker.process().memoryKib("VmHWM") / 1024);
            }
        });
    }
}
