package io.millrace.broker.cluster.zk;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ServerCnxn;
import org.apache.zookeeper.server.persistence.FileTxnLog;

/** The port at which an embedded server takes its clients. */
final class ClientConnections extends NIOServerCnxnFactory {
    private static final int UNLIMITED = 0;
    private static final long LOG_GROWS_BY = 4 << 20; // ZooKeeper's default of 64 MiB is much for a laptop

    /** Listens from now on. */
    ClientConnections(InetSocketAddress address) throws IOException {
        setDefault("zookeeper.nio.numWorkerThreads", "0"); // the selector thread suffices for a few sessions
        setDefault("zookeeper.maxCnxns", "10000"); // unset, it prints a warning
        FileTxnLog.setPreallocSize(LOG_GROWS_BY);
        try {
            configure(address, UNLIMITED, -1, false);
        } catch (BindException e) {
            throw new IOException(cannotListen(address, e), e);
        }
    }

    static String cannotListen(InetSocketAddress address, IOException why) {
        return "ZooKeeper cannot listen at " + address.getAddress().getHostAddress() + ":" + address.getPort() + ": "
                + why.getMessage();
    }

    /** ZooKeeper takes some of its settings from system properties only; those that an operator set stay. */
    static void setDefault(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    @Override
    public void registerConnection(ServerCnxn connection) {} // no MBean
}
