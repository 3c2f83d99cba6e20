package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.zk.Ensemble.Member;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member of a ZooKeeper ensemble in this process. It serves while more than half of the members are up, and finds back
 * by itself after whatever kept it away. Only this class and what it uses load ZooKeeper's quorum code.
 *
 * <p>Threading: started and closed by one thread; looked after in the background.
 */
public final class EnsembleMember implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(EnsembleMember.class);
    private static final long CHECK_MS = 1000;
    private static final long TIDY_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final long CLOSE_TIMEOUT_MS = 3000;

    private final Path directory;
    private final Ensemble ensemble;
    private final Member self;
    private final DirectoryLock lock;
    private final CompletableFuture<Void> serving = new CompletableFuture<>();
    private final ScheduledFuture<?> check;
    private MemberServer server; // guarded by this, as are the next
    private boolean closed;
    private long tidiedNanos = System.nanoTime();

    /**
     * Starts a member. It serves once enough of the others are there: see {@link #serving}.
     *
     * @param directory for its data, made if missing
     * @param id of the member, which is in the list
     * @throws IOException if it cannot; the message is one line for the operator
     */
    public static EnsembleMember start(Path directory, Ensemble ensemble, int id, ScheduledExecutorService background)
            throws IOException {
        Member self = ensemble.member(id)
                .orElseThrow(() -> new IOException("There is no member " + id + " in the ensemble of "
                        + ensemble.members().size()));
        MemberServer.prepareProcess();
        Files.createDirectories(directory);
        DirectoryLock lock = DirectoryLock.take(directory);
        try {
            new ServerData(directory).requireMember(id);
            requireFree(new InetSocketAddress(InetAddress.getByName(self.host()), self.peerPort()));
            requireFree(new InetSocketAddress(InetAddress.getByName(self.host()), self.electionPort()));
            return new EnsembleMember(directory, ensemble, self, lock, background);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private EnsembleMember(
            Path directory, Ensemble ensemble, Member self, DirectoryLock lock, ScheduledExecutorService background)
            throws IOException {
        this.directory = directory;
        this.ensemble = ensemble;
        this.self = self;
        this.lock = lock;
        this.server = begin();
        this.check = background.scheduleWithFixedDelay(this::look, CHECK_MS, CHECK_MS, TimeUnit.MILLISECONDS);
    }

    private MemberServer begin() throws IOException {
        return MemberServer.start(directory, ensemble, self, this::nowServes);
    }

    /** Completes when it serves for the first time. */
    public CompletableFuture<Void> serving() {
        return serving;
    }

    /** Whether it serves now: it is up, and so are enough of the others. */
    public synchronized boolean isServing() {
        return !closed && server.isServing();
    }

    /** Where its clients connect. */
    public String connectString() {
        return self.clientAddress();
    }

    /** For tests: whether it leads the ensemble. */
    synchronized boolean isLeading() {
        return server.isLeading();
    }

    /** For tests: ends a session as if its client had been silent for too long, if this member leads the ensemble. */
    synchronized void expire(long sessionId) {
        server.expire(sessionId);
    }

    private void nowServes(boolean serves) {
        if (serves) {
            LOG.info("ZooKeeper member {} serves: more than half of the ensemble is up", self.id());
            serving.complete(null);
        } else {
            LOG.warn("ZooKeeper member {} serves no more until more than half of the ensemble is up", self.id());
        }
    }

    private synchronized void look() {
        if (closed) {
            return;
        }
        try {
            if (!server.isAlive()) {
                LOG.error("ZooKeeper member {} has ended of itself: it is started again", self.id());
                server.close(CLOSE_TIMEOUT_MS);
                server = begin();
            } else if (System.nanoTime() - tidiedNanos > TIDY_NANOS) {
                tidiedNanos = System.nanoTime();
                server.deleteOldFiles();
            }
        } catch (IOException | RuntimeException e) { // tried again
            LOG.debug("Looking after ZooKeeper member {}: {}", self.id(), e.toString());
        }
    }

    /** The leader's port is bound only once it leads, and where the election's is taken ZooKeeper would try for long. */
    private static void requireFree(InetSocketAddress address) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(address);
        } catch (IOException e) {
            throw new IOException(ClientConnections.cannotListen(address, e), e);
        }
    }

    /** Leaves the ensemble until it is started again. Bounded in time. */
    @Override
    public void close() throws IOException {
        check.cancel(false);
        synchronized (this) {
            if (!closed) {
                closed = true;
                server.close(CLOSE_TIMEOUT_MS);
                lock.close();
            }
        }
    }
}
