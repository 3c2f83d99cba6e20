package io.millrace.broker.cluster.zk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedZooKeeperTest {
    @TempDir
    Path directory;

    @Test
    void whatWasWrittenIsThereAfterARestartAndOldFilesAreNot() throws Exception {
        String clusterId = "";
        for (int life = 0; life < 8; life++) {
            try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(directory, "127.0.0.1", 0);
                    ZkClusterStore store = open(server.connectString(), 6000)) {
                assertTrue(server.isRunning());
                if (life == 0) {
                    clusterId = store.view().clusterId();
                }
                assertEquals(clusterId, store.view().clusterId());
                assertEquals(life, store.view().topics().size());
                ZkFixture.get(store.createTopic(ZkFixture.topic("life-" + life, 1)));
            }
        }
        try (Stream<Path> files = Files.list(directory.resolve("version-2"))) {
            long snapshots = files.filter(file -> file.getFileName().toString().startsWith("snapshot."))
                    .count();
            assertTrue(snapshots <= 3, snapshots + " snapshots are kept");
        }
    }

    @Test
    void itListensAtTheAddressThatItWasGivenAlone() throws Exception {
        try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(directory, "127.0.0.1", 0)) {
            assertEquals("127.0.0.1:" + server.port(), server.connectString());
            assertTrue(server.port() > 0);
        }
    }

    @Test
    void aTakenPortIsToldInOneLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            IOException refused = assertThrows(
                    IOException.class, () -> EmbeddedZooKeeper.start(directory, "127.0.0.1", taken.getLocalPort()));
            assertTrue(refused.getMessage().contains("127.0.0.1:" + taken.getLocalPort()), refused.getMessage());
            assertFalse(refused.getMessage().contains("\n"));
        }
        EmbeddedZooKeeper.start(directory, "127.0.0.1", 0).close(); // nothing is held by the failed attempt
    }

    @Test
    void twoServersDoNotShareADirectory() throws Exception {
        try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(directory, "127.0.0.1", 0)) {
            IOException refused =
                    assertThrows(IOException.class, () -> EmbeddedZooKeeper.start(directory, "127.0.0.1", 0));
            assertTrue(refused.getMessage().contains("in use"), refused.getMessage());
            assertTrue(server.isRunning());
        }
    }

    @Test
    void aZooKeeperThatCannotBeReachedIsToldInOneLine() throws Exception {
        int closedPort;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closedPort = socket.getLocalPort();
        }
        IOException failed = assertThrows(IOException.class, () -> open("127.0.0.1:" + closedPort, 300));
        assertTrue(failed.getMessage().contains("127.0.0.1:" + closedPort), failed.getMessage());
        assertTrue(failed.getMessage().contains("zookeeper.connection.timeout.ms"), failed.getMessage());
        assertFalse(failed.getMessage().contains("\n"));
    }

    private static ZkClusterStore open(String address, int connectionTimeoutMs) throws IOException {
        return ZkClusterStore.open(new ZkConfig(address, 6000, connectionTimeoutMs, 0), 1, Clock.systemUTC());
    }
}
