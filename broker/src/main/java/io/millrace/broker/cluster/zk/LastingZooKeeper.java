package io.millrace.broker.cluster.zk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.util.ServiceUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An embedded ZooKeeper that outlives a full disk: it stops when it cannot write, and is started again on its data and
 * its port, so that its clients find it again, until that works.
 *
 * <p>Threading: started and closed by one thread; looked after in the background.
 */
public final class LastingZooKeeper implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(LastingZooKeeper.class);
    private static final String HOST = "127.0.0.1";
    private static final long CHECK_MS = 1000;

    private final Path directory;
    private final int port;
    private final String connectString;
    private final ScheduledFuture<?> check;
    private Optional<EmbeddedZooKeeper> server; // guarded by this, as is the next
    private boolean closed;

    private LastingZooKeeper(Path directory, EmbeddedZooKeeper server, ScheduledExecutorService background) {
        this.directory = directory;
        this.port = server.port();
        this.connectString = server.connectString();
        this.server = Optional.of(server);
        this.check = background.scheduleWithFixedDelay(this::look, CHECK_MS, CHECK_MS, TimeUnit.MILLISECONDS);
    }

    /**
     * Starts a server and waits until it serves.
     *
     * @param directory for its data, made if missing
     * @param port on the loopback address; 0 takes a free one, which it keeps
     * @throws IOException if it cannot; the message is one line for the operator
     */
    public static LastingZooKeeper start(Path directory, int port, ScheduledExecutorService background)
            throws IOException {
        // By itself ZooKeeper ends the process when it cannot write a snapshot, and with it a broker that could go on.
        ServiceUtils.setSystemExitProcedure(ServiceUtils.LOG_ONLY);
        return new LastingZooKeeper(directory, EmbeddedZooKeeper.start(directory, HOST, port), background);
    }

    /** What {@code zookeeper.connect} is to reach it. */
    public String connectString() {
        return connectString;
    }

    private synchronized void look() {
        if (closed || server.filter(EmbeddedZooKeeper::isRunning).isPresent()) {
            return;
        }
        try {
            if (server.isPresent()) {
                server.get().close();
            }
        } catch (IOException e) {
            LOG.debug("What ZooKeeper had not written is lost: {}", e.toString()); // and was never acknowledged
        }
        server = Optional.empty();
        try {
            server = Optional.of(EmbeddedZooKeeper.start(directory, HOST, port));
            LOG.info("The embedded ZooKeeper runs again");
        } catch (IOException e) {
            LOG.debug("The embedded ZooKeeper cannot be started again yet: {}", e.toString());
        }
    }

    @Override
    public void close() throws IOException {
        check.cancel(false);
        synchronized (this) {
            closed = true;
            if (server.isPresent()) {
                server.get().close();
            }
        }
    }
}
