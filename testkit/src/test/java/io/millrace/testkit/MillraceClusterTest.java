package io.millrace.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;

/** Clusters in this JVM, and what can be done to their brokers. */
class MillraceClusterTest {
    @Test
    void aRecordComesBack() {
        try (MillraceCluster cluster = MillraceCluster.start()) {
            Clients.send(cluster.bootstrapServers(), "greetings", "hello");
            assertEquals(List.of("hello"), Clients.read(cluster.bootstrapServers(), "greetings", 1));
        }
    }

    @Test
    void aBrokerKeepsWhatItHadThroughAStopAndThroughAKill() {
        try (MillraceCluster cluster =
                MillraceCluster.brokers(1).topic("kept", 1).inMemory().start()) {
            String address = cluster.broker(1).address();
            Clients.send(cluster.bootstrapServers(), "kept", "one");
            cluster.broker(1).stop();
            assertFalse(cluster.broker(1).isRunning());
            assertThrows(IOException.class, () -> connect(address).close());
            cluster.broker(1).start();
            Clients.send(cluster.bootstrapServers(), "kept", "two");
            cluster.broker(1).kill();
            cluster.broker(1).start();
            assertEquals(address, cluster.broker(1).address());
            assertEquals(List.of("one", "two"), Clients.read(cluster.bootstrapServers(), "kept", 2));
        }
    }

    @Test
    void whileABrokerOfThreeIsGoneTheOthersServe() {
        try (MillraceCluster cluster = MillraceCluster.brokers(3)
                .topic("replicated", 3)
                .set("min.insync.replicas", "2")
                .start()) {
            Clients.send(cluster.bootstrapServers(), "replicated", "before");
            cluster.broker(2).kill();
            Clients.send(cluster.bootstrapServers(), "replicated", "while it is gone");
            cluster.broker(2).start();
            cluster.broker(1).stop();
            Clients.send(cluster.bootstrapServers(), "replicated", "while another one is");
            assertEquals(
                    Set.of("before", "while it is gone", "while another one is"),
                    new TreeSet<>(Clients.read(cluster.bootstrapServers(), "replicated", 3)));
        }
    }

    @Test
    void aBrokerThatStandsStillAnswersAfterwards() throws Exception {
        try (MillraceCluster cluster =
                MillraceCluster.brokers(1).topic("slow", 1).start()) {
            TestBroker broker = cluster.broker(1);
            broker.pause();
            CompletableFuture<RecordMetadata> sent =
                    CompletableFuture.supplyAsync(() -> Clients.send(cluster.bootstrapServers(), "slow", "late"));
            try (Socket socket = connect(broker.address())) {
                socket.setSoTimeout(300);
                socket.getOutputStream().write(new byte[] {0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, -1, -1});
                assertThrows(IOException.class, () -> socket.getInputStream().read(), "an answer while it is paused");
                assertFalse(sent.isDone());
                broker.resume();
                socket.setSoTimeout(30_000);
                assertTrue(socket.getInputStream().read() >= 0);
            }
            assertEquals(0, sent.get(60, TimeUnit.SECONDS).offset());
        }
    }

    @Test
    void droppedConnectionsAreMadeAgain() throws Exception {
        try (MillraceCluster cluster = MillraceCluster.start()) {
            try (Socket socket = connect(cluster.broker(1).address())) {
                socket.getOutputStream().write(new byte[] {0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, -1, -1});
                socket.setSoTimeout(30_000);
                assertTrue(socket.getInputStream().read() >= 0); // now the broker has it for certain
                cluster.broker(1).dropConnections();
                while (socket.getInputStream().read() >= 0) {
                    // the rest of that answer
                }
            }
            Clients.send(cluster.bootstrapServers(), "again", "hello");
        }
    }

    @Test
    void aBrokersClockGoesAsATestSays() {
        try (MillraceCluster cluster = MillraceCluster.brokers(1)
                .set("log.message.timestamp.type", "LogAppendTime")
                .start()) {
            cluster.broker(1).skewClock(Duration.ofDays(2));
            RecordMetadata sent = Clients.send(cluster.bootstrapServers(), "times", "from the future");
            assertTrue(sent.timestamp() > Instant.now().plus(Duration.ofDays(1)).toEpochMilli());
        }
    }

    @Test
    void clustersKnowNothingOfEachOther() {
        try (MillraceCluster one = MillraceCluster.brokers(1).topic("same", 1).start();
                MillraceCluster other =
                        MillraceCluster.brokers(1).topic("same", 1).start()) {
            Clients.send(one.bootstrapServers(), "same", "one");
            assertEquals(
                    0, Clients.send(other.bootstrapServers(), "same", "other").offset());
            assertEquals(List.of("other"), Clients.read(other.bootstrapServers(), "same", 1));
        }
    }

    @Test
    void whoClosesTwiceTakesNothingFromOthers() {
        try (MillraceCluster other =
                MillraceCluster.brokers(1).topic("lasting", 1).start()) {
            MillraceCluster ended = MillraceCluster.start();
            ended.close();
            ended.close();
            other.createTopic("after", 1); // needs ZooKeeper
            Clients.send(other.bootstrapServers(), "after", "all is well");
        }
    }

    @Test
    void whatCannotStartSaysWhyAndLeavesNothingBehind() {
        UncheckedIOException refused = assertThrows(
                UncheckedIOException.class,
                () -> MillraceCluster.brokers(1).set("num.partitions", "many").start());
        assertTrue(refused.getMessage().contains("num.partitions"), refused.getMessage());
        assertThrows(IllegalArgumentException.class, () -> MillraceCluster.brokers(0));
    }

    /** In a JVM of its own, since here other tests run brokers. */
    @Test
    void nothingIsLeftBehind() throws Exception {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Remains.class.getName())
                .redirectErrorStream(true)
                .start();
        List<String> lines;
        try (var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            lines = out.lines().collect(Collectors.toList());
        }
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals("nothing", lines.get(lines.size() - 1), String.join("\n", lines));
        System.out.println(String.join("\n", lines));
    }

    private static Socket connect(String address) throws IOException {
        int colon = address.lastIndexOf(':');
        return new Socket(
                InetAddress.getByName(address.substring(0, colon)), Integer.parseInt(address.substring(colon + 1)));
    }
}
