package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.zk.Ensemble.Member;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.zookeeper.jmx.MBeanRegistry;
import org.apache.zookeeper.jmx.ZKMBeanInfo;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.zookeeper.server.quorum.LeaderZooKeeperServer;
import org.apache.zookeeper.server.quorum.QuorumPeer;
import org.apache.zookeeper.server.quorum.flexible.QuorumMaj;
import org.apache.zookeeper.util.ServiceUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of an ensemble's member: ZooKeeper's own peer, without its admin server, its MBeans, and its habit of ending
 * the process.
 *
 * <p>Threading: any thread; news of serving come on the peer's own thread.
 */
final class MemberServer {
    private static final Logger LOG = LoggerFactory.getLogger(MemberServer.class);
    private static final int TICK_MS = 500; // sessions end on a multiple of it
    private static final int INIT_TICKS = 20; // to fetch everything from the leader
    private static final int SYNC_TICKS = 10; // of silence, then the other side is given up
    private static final int CONNECT_TICKS = 10;
    private static final int MIN_SESSION_TIMEOUT_MS = 1000;
    private static final int MAX_SESSION_TIMEOUT_MS = 120_000;
    private static final int FAST_LEADER_ELECTION = 3; // the only one that there is

    private final Peer peer;

    private MemberServer(Peer peer) {
        this.peer = peer;
    }

    /**
     * What ZooKeeper lets be set for the whole process only. Where it would end the process it gets an exception instead,
     * upon which the peer begins anew: going on as if nothing had happened could acknowledge what is not on its disk.
     */
    static void prepareProcess() {
        ClientConnections.setDefault("zookeeper.admin.enableServer", "false");
        ServiceUtils.setSystemExitProcedure(code -> {
            throw new IllegalStateException("ZooKeeper cannot go on, with exit code " + code);
        });
        MBeanRegistry.setInstance(new NoMBeans());
    }

    /** Begins; {@code serving} is told whenever it begins to serve, and whenever it ceases. */
    static MemberServer start(Path directory, Ensemble ensemble, Member self, Consumer<Boolean> serving)
            throws IOException {
        ClientConnections connections =
                new ClientConnections(new InetSocketAddress(InetAddress.getByName(self.host()), self.clientPort()));
        try {
            Peer peer = new Peer(directory.toFile(), ensemble, self.id(), connections, serving);
            peer.start();
            return new MemberServer(peer);
        } catch (IOException | RuntimeException e) { // the latter where its files cannot be read
            connections.shutdown();
            Throwable cause = e.getCause() instanceof IOException ? e.getCause() : e;
            throw new IOException(
                    "ZooKeeper cannot start with its data in " + directory + ": " + cause.getMessage(), e);
        }
    }

    boolean isServing() {
        return peer.serves;
    }

    boolean isAlive() {
        return peer.isAlive();
    }

    boolean isLeading() {
        return peer.getActiveServer() instanceof LeaderZooKeeperServer;
    }

    void expire(long sessionId) {
        ZooKeeperServer active = peer.getActiveServer();
        if (active instanceof LeaderZooKeeperServer) {
            active.closeSession(sessionId);
        }
    }

    void deleteOldFiles() throws IOException {
        new OldFiles(peer.getTxnFactory()).delete();
    }

    /** Ends it on a thread of its own, since ZooKeeper's own end has no bound in time. */
    void close(long timeoutMs) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        Thread closing = new Thread(peer::end, "zookeeper-member-close");
        closing.setDaemon(true);
        closing.start();
        try {
            closing.join(timeoutMs);
            peer.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (closing.isAlive() || peer.isAlive()) {
            LOG.warn("ZooKeeper does not end within {} ms, and is left to itself", timeoutMs);
        }
    }

    private static final class Peer extends QuorumPeer {
        private final Consumer<Boolean> serving;
        private volatile boolean serves;
        private volatile boolean ending;

        Peer(File directory, Ensemble ensemble, int id, ClientConnections connections, Consumer<Boolean> serving)
                throws IOException {
            super(
                    servers(ensemble),
                    directory,
                    directory,
                    FAST_LEADER_ELECTION,
                    id,
                    TICK_MS,
                    INIT_TICKS,
                    SYNC_TICKS,
                    CONNECT_TICKS,
                    false,
                    connections,
                    new QuorumMaj(servers(ensemble)));
            this.serving = serving;
            setMinSessionTimeout(MIN_SESSION_TIMEOUT_MS);
            setMaxSessionTimeout(MAX_SESSION_TIMEOUT_MS);
            setDaemon(true);
        }

        private static Map<Long, QuorumPeer.QuorumServer> servers(Ensemble ensemble) {
            Map<Long, QuorumPeer.QuorumServer> servers = new HashMap<>();
            for (Member member : ensemble.members()) {
                servers.put(
                        (long) member.id(),
                        new QuorumPeer.QuorumServer(
                                member.id(),
                                new InetSocketAddress(member.host(), member.peerPort()),
                                new InetSocketAddress(member.host(), member.electionPort()),
                                new InetSocketAddress(member.host(), member.clientPort())));
            }
            return servers;
        }

        /** Broadcast is the state in which clients are served. */
        @Override
        public void setZabState(ZabState state) {
            super.setZabState(state);
            boolean before = serves;
            serves = state == ZabState.BROADCAST;
            if (serves != before && !ending) {
                serving.accept(serves);
            }
        }

        void end() {
            ending = true;
            shutdown();
        }
    }

    /** Nobody looks at ZooKeeper's MBeans here, and two members in one process would quarrel about their names. */
    private static final class NoMBeans extends MBeanRegistry {
        @Override
        public void register(ZKMBeanInfo bean, ZKMBeanInfo parent) {}

        @Override
        public void unregister(ZKMBeanInfo bean) {}
    }
}
