package io.millrace.testkit;

import io.millrace.broker.cluster.zk.EmbeddedZooKeeper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The one ZooKeeper server of this JVM: it starts with the first cluster and ends with the last one. Each cluster has a path
 * of its own in it, and knows nothing of the others.
 *
 * <p>Threading: any; whoever comes while it starts or stops waits.
 */
final class SharedZooKeeper {
    /** What outlives a test class: a server that costs more to start than a broker does. Guarded by itself. */
    private static final SharedZooKeeper ONE = new SharedZooKeeper();

    private static final String HOST = "127.0.0.1";

    private Path directory = Path.of("");
    private EmbeddedZooKeeper server;
    private int users;
    private long clusters;

    private SharedZooKeeper() {}

    /** A part of it, for one cluster. */
    static Part take() throws IOException {
        return ONE.add();
    }

    private synchronized Part add() throws IOException {
        if (users == 0) {
            directory = Directories.inMemory();
            server = EmbeddedZooKeeper.start(directory, HOST, 0);
        }
        users++;
        clusters++;
        return new Part(server.connectString() + "/cluster-" + clusters);
    }

    private synchronized void release() throws IOException {
        users--;
        if (users == 0) {
            try {
                server.close();
            } finally {
                Directories.delete(directory);
            }
        }
    }

    /** One cluster's part. */
    static final class Part implements AutoCloseable {
        private final String connect;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Part(String connect) {
            this.connect = connect;
        }

        /** What {@code zookeeper.connect} is to be. */
        String connect() {
            return connect;
        }

        /** Gives it back; nothing the second time. */
        @Override
        public void close() throws IOException {
            if (!closed.getAndSet(true)) {
                ONE.release();
            }
        }
    }
}
