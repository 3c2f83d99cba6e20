package io.millrace.client.zookeeper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.BrokerAddress;
import io.millrace.client.MillraceException;
import io.millrace.client.MillraceException.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real ZooKeeper server, with what brokers would write there. */
@Timeout(60)
final class ZooKeeperBootstrapTest {
    @TempDir
    private Path directory;

    private OneZooKeeper zooKeeper;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = OneZooKeeper.start(directory);
    }

    @AfterEach
    void stop() {
        zooKeeper.close();
    }

    private void register(String id, String address) throws Exception {
        zooKeeper.put("/mill/brokers/ids/" + id, "{\"version\":5,\"endpoints\":[\"PLAINTEXT://" + address + "\"]}");
    }

    private ZooKeeperBootstrap bootstrap() {
        return ZooKeeperBootstrap.of(zooKeeper.address() + "/mill");
    }

    private static Set<BrokerAddress> found(ZooKeeperBootstrap bootstrap) {
        return Set.copyOf(bootstrap.addresses().toCompletableFuture().join());
    }

    private static MillraceException failure(ZooKeeperBootstrap bootstrap) {
        CompletionException thrown = assertThrows(CompletionException.class, () -> found(bootstrap));
        return (MillraceException) thrown.getCause();
    }

    @Test
    void findsWhoIsRegisteredAndKeepsNoSession() throws Exception {
        register("1", "h1:9092");
        register("2", "h2:9093");
        assertEquals(Set.of(new BrokerAddress("h1", 9092), new BrokerAddress("h2", 9093)), found(bootstrap()));
        Awaitility.await().until(() -> zooKeeper.sessions() == 0);
        Awaitility.await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().contains("millrace-zookeeper")));
    }

    @Test
    void aRegistrationThatCannotBeReadIsPassedOver() throws Exception {
        register("1", "h1:9092");
        zooKeeper.put("/mill/brokers/ids/2", "rubbish");
        zooKeeper.put("/mill/brokers/ids/3", "{\"endpoints\":[\"SSL://h3:9092\"]}");
        assertEquals(Set.of(new BrokerAddress("h1", 9092)), found(bootstrap()));
        assertEquals(Set.of(new BrokerAddress("h3", 9092)), found(bootstrap().listener("SSL")));
        MillraceException none = failure(bootstrap().listener("INSIDE"));
        assertTrue(none.getMessage().contains("listener INSIDE"), none.getMessage());
    }

    @Test
    void anEmptyListAndAWrongPathAreToldApart() throws Exception {
        MillraceException noPath = failure(bootstrap());
        assertEquals(Reason.UNREACHABLE, noPath.reason());
        assertTrue(noPath.getMessage().contains("/brokers/ids"), noPath.getMessage());
        zooKeeper.put("/mill/brokers/ids", "");
        MillraceException nobody = failure(bootstrap());
        assertTrue(nobody.getMessage().startsWith("No broker is registered"), nobody.getMessage());
    }

    @Test
    void aServerThatIsDownIsPassedOver() throws Exception {
        register("1", "h1:9092");
        String list = "127.0.0.1:" + deadPort() + "," + zooKeeper.address() + "/mill";
        assertEquals(Set.of(new BrokerAddress("h1", 9092)), found(ZooKeeperBootstrap.of(list)));
    }

    @Test
    void whoeverIsAwayIsGivenUpInTime() throws Exception {
        try (ServerSocket mute = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) { // accepts, never answers
            for (int port : List.of(mute.getLocalPort(), deadPort())) {
                String address = "127.0.0.1:" + port;
                long start = System.nanoTime();
                MillraceException failure =
                        failure(ZooKeeperBootstrap.of(address).timeout(Duration.ofMillis(300)));
                assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(5), "took too long");
                assertEquals(Reason.UNREACHABLE, failure.reason());
                assertTrue(failure.getMessage().contains(address), failure.getMessage());
            }
        }
        Awaitility.await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().contains("millrace-zookeeper")));
    }

    private static int deadPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "zk:port", "zk1:2181/a//b", "/path"})
    void whatIsNoListIsRefused(String list) {
        assertEquals(
                Reason.INVALID,
                assertThrows(MillraceException.class, () -> ZooKeeperBootstrap.of(list))
                        .reason());
    }

    /** With look-ups that the test answers, and a clock that it moves. */
    @Test
    void looksOnceForAllAndNotAllTheTimeAndFallsBackToWhatItKnew() {
        List<CompletableFuture<List<BrokerAddress>>> lookups = new ArrayList<>();
        AtomicLong now = new AtomicLong();
        ZooKeeperBootstrap bootstrap = new ZooKeeperBootstrap(
                "zk",
                Optional.empty(),
                Duration.ofSeconds(1),
                found -> {
                    synchronized (lookups) {
                        lookups.add(found);
                    }
                },
                now::get);
        CompletionStage<List<BrokerAddress>> first = bootstrap.addresses();
        now.addAndGet(TimeUnit.SECONDS.toNanos(20));
        CompletionStage<List<BrokerAddress>> second = bootstrap.addresses(); // while the first look is under way
        lookup(lookups, 0).complete(List.of(new BrokerAddress("h1", 1)));
        assertEquals(
                List.of(new BrokerAddress("h1", 1)), first.toCompletableFuture().join());
        assertEquals(
                List.of(new BrokerAddress("h1", 1)),
                second.toCompletableFuture().join());

        now.addAndGet(TimeUnit.SECONDS.toNanos(20));
        CompletionStage<List<BrokerAddress>> third = bootstrap.addresses();
        CompletableFuture<List<BrokerAddress>> look = lookup(lookups, 1);
        assertFalse(third.toCompletableFuture().isDone());
        look.completeExceptionally(MillraceException.unreachable("ZooKeeper is away"));
        assertEquals(
                List.of(new BrokerAddress("h1", 1)), third.toCompletableFuture().join());

        bootstrap.addresses(); // too soon
        now.addAndGet(TimeUnit.SECONDS.toNanos(5));
        CompletionStage<List<BrokerAddress>> fourth = bootstrap.addresses();
        lookup(lookups, 2).complete(List.of(new BrokerAddress("h2", 2)));
        assertEquals(
                List.of(new BrokerAddress("h2", 2)),
                fourth.toCompletableFuture().join());
        assertEquals(3, lookups.size());
    }

    private static CompletableFuture<List<BrokerAddress>> lookup(
            List<CompletableFuture<List<BrokerAddress>>> lookups, int index) {
        return Awaitility.await()
                .until(
                        () -> {
                            synchronized (lookups) {
                                return lookups.size() > index
                                        ? Optional.of(lookups.get(index))
                                        : Optional.<CompletableFuture<List<BrokerAddress>>>empty();
                            }
                        },
                        Optional::isPresent)
                .orElseThrow();
    }
}
