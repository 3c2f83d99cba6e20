package io.millrace.broker.cluster.zk;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.zookeeper.server.ZKDatabase;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A ZooKeeper server in this process: for a broker that stands alone, and for {@code millrace zookeeper}.
 *
 * <p>Every transaction is synced to disk before it is answered, as in a server of its own. Left out is what costs time at
 * the start and serves nobody here: the admin server, MBeans, the container and pause monitors.
 *
 * <p>Threading: started and closed by one thread.
 */
public final class EmbeddedZooKeeper implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedZooKeeper.class);
    private static final int TICK_MS = 500; // sessions end on a multiple of it
    private static final int MIN_SESSION_TIMEOUT_MS = 1000;
    private static final int MAX_SESSION_TIMEOUT_MS = 120_000;

    private final DirectoryLock lock;
    private final FileTxnSnapLog files;
    private final Server server;
    private final ClientConnections connections;

    /**
     * Starts a server and waits until it serves.
     *
     * @param directory for its data, made if missing
     * @param host address to listen at, such as 127.0.0.1
     * @param port to listen at; 0 takes a free one
     * @throws IOException if it cannot; the message is one line for the operator
     */
    public static EmbeddedZooKeeper start(Path directory, String host, int port) throws IOException {
        Files.createDirectories(directory);
        DirectoryLock lock = DirectoryLock.take(directory);
        try {
            new ServerData(directory).requireAlone();
            return new EmbeddedZooKeeper(directory.toFile(), lock, new InetSocketAddress(address(host), port));
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private EmbeddedZooKeeper(File directory, DirectoryLock lock, InetSocketAddress address) throws IOException {
        this.lock = lock;
        this.connections = new ClientConnections(address);
        FileTxnSnapLog opened = null;
        try {
            opened = new FileTxnSnapLog(directory, directory);
            this.files = opened;
            this.server = new Server(files);
            connections.startup(server);
        } catch (IOException e) {
            abandon(opened);
            throw new IOException("ZooKeeper cannot start with its data in " + directory + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            abandon(opened);
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while starting ZooKeeper");
        }
    }

    /** What {@code zookeeper.connect} is to reach it. */
    public String connectString() {
        InetSocketAddress address = connections.getLocalAddress();
        String host = address.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    public int port() {
        return connections.getLocalPort();
    }

    /** Whether it serves. It stops by itself when its disk fails. */
    public boolean isRunning() {
        return server.isRunning();
    }

    /** Ends all connections, and writes out what is not written. */
    @Override
    public void close() throws IOException {
        connections.shutdown(); // and the server with it
        server.shutdown(true);
        try {
            files.close();
        } finally {
            lock.close();
        }
    }

    /** For tests: ends a session as if its client had been silent for too long. */
    void expire(long sessionId) {
        server.closeSession(sessionId);
    }

    private void abandon(FileTxnSnapLog opened) throws IOException {
        connections.shutdown();
        if (opened != null) {
            opened.close();
        }
    }

    private static InetAddress address(String host) throws IOException {
        return InetAddress.getByName(host);
    }

    private static final class Server extends ZooKeeperServer {
        private final FileTxnSnapLog files;

        Server(FileTxnSnapLog files) {
            super(files, TICK_MS, MIN_SESSION_TIMEOUT_MS, MAX_SESSION_TIMEOUT_MS, -1, new ZKDatabase(files), "");
            this.files = files;
        }

        /** Whenever a snapshot is added, the oldest go, and with them the transaction logs that nobody needs. */
        @Override
        public File takeSnapshot(boolean syncSnapshot, boolean severe) throws IOException {
            File snapshot = super.takeSnapshot(syncSnapshot, severe);
            new OldFiles(files).delete();
            return snapshot;
        }

        @Override
        protected void registerJMX() {}

        @Override
        protected void unregisterJMX() {}

        @Override
        protected void setState(State state) {
            if (state == State.ERROR) {
                EmbeddedZooKeeper.LOG.error(
                        "The embedded ZooKeeper has stopped: its disk is full or failed, or it met a defect");
            }
            super.setState(state);
        }
    }
}
