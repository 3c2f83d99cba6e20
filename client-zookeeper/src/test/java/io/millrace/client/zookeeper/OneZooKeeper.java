package io.millrace.client.zookeeper;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;

/**
 * A ZooKeeper server inside the test.
 *
 * <p>Threading: one thread uses it.
 */
final class OneZooKeeper implements AutoCloseable {
    private static final int TICK_MS = 500;

    private final ZooKeeperServer server;
    private final ServerCnxnFactory connections;

    private OneZooKeeper(ZooKeeperServer server, ServerCnxnFactory connections) {
        this.server = server;
        this.connections = connections;
    }

    static OneZooKeeper start(Path directory) throws IOException, InterruptedException {
        ZooKeeperServer server = new ZooKeeperServer(directory.toFile(), directory.toFile(), TICK_MS);
        ServerCnxnFactory connections =
                ServerCnxnFactory.createFactory(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        connections.startup(server);
        return new OneZooKeeper(server, connections);
    }

    String address() {
        return "127.0.0.1:" + connections.getLocalPort();
    }

    /** How many clients have a session. */
    long sessions() {
        return server.getZKDatabase().getSessionCount();
    }

    /** Writes a value; makes its path. */
    void put(String path, String value) throws IOException, InterruptedException, KeeperException {
        ZooKeeper client = new ZooKeeper(address(), 10_000, event -> {});
        try {
            for (int end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1)) {
                create(client, path.substring(0, end), "");
            }
            create(client, path, value);
        } finally {
            client.close();
        }
    }

    private static void create(ZooKeeper client, String path, String value)
            throws InterruptedException, KeeperException {
        for (int tries = 0; ; tries++) {
            try {
                client.create(
                        path,
                        value.getBytes(StandardCharsets.UTF_8),
                        ZooDefs.Ids.OPEN_ACL_UNSAFE,
                        CreateMode.PERSISTENT);
                return;
            } catch (KeeperException.NodeExistsException e) {
                return;
            } catch (KeeperException.ConnectionLossException e) {
                if (tries == 10) {
                    throw e;
                }
            }
        }
    }

    @Override
    public void close() {
        connections.shutdown();
    }
}
