package io.millrace.broker.cluster.zk;

import io.millrace.broker.metrics.Metrics;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.Ids;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps from an address to a cluster id. The only place that waits for ZooKeeper: at the broker's start. */
final class Opening {
    private static final Logger LOG = LoggerFactory.getLogger(Opening.class);
    private static final long PATIENCE_MS = 2000;

    private final ZkConfig config;
    private final EventThread events;
    private boolean hasTold;
    private Optional<Thread> closing = Optional.empty();

    Opening(ZkConfig config, EventThread events) {
        this.config = config;
        this.events = events;
    }

    /** Connects, and makes what a new cluster lacks. Gives the cluster's id. */
    String prepare(ZkConnection zk) throws IOException {
        connect(zk, config);
        if (!config.chroot().isEmpty() && await(config, () -> zk.read("/")).isEmpty()) {
            createChroot();
        }
        return await(config, () -> new Layout(zk).prepare());
    }

    /** Waits until what it needed itself is closed. */
    void end() {
        closing.ifPresent(ZkConnection::await);
    }

    /** Waits for something that is begun on the event thread; more than once if it has to be begun again. */
    <T> T await(ZkConfig at, Supplier<CompletableFuture<T>> work) throws IOException {
        while (true) {
            CompletableFuture<T> done = events.call(work);
            try {
                return at.ensemble().isPresent()
                        ? patiently(done, at)
                        : done.get(at.connectionTimeoutMs(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                throw new IOException("ZooKeeper at " + at.connect() + " does not answer within "
                        + at.connectionTimeoutMs() + " ms (" + ZkConfig.CONNECTION_TIMEOUT_MS.name() + ")");
            } catch (ExecutionException e) {
                boolean isAway =
                        e.getCause() instanceof ApiException refused && refused.error() == ErrorCode.REQUEST_TIMED_OUT;
                if (!isAway || at.ensemble().isEmpty()) {
                    throw new IOException(
                            "ZooKeeper at " + at.connect() + " cannot be used: "
                                    + e.getCause().getMessage(),
                            e.getCause());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("Interrupted while waiting for ZooKeeper at " + at.connect());
            }
        }
    }

    /** Whoever starts first cannot know when the other members of the ensemble will. */
    private <T> T patiently(CompletableFuture<T> done, ZkConfig at) throws ExecutionException, InterruptedException {
        try {
            return done.get(PATIENCE_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            if (!hasTold) {
                hasTold = true;
                Ensemble ensemble = at.ensemble().orElseThrow();
                LOG.info(
                        "Waiting for the ZooKeeper ensemble at {}: {} of its {} members must be up",
                        ensemble.connectString(),
                        ensemble.quorum(),
                        ensemble.members().size());
            }
            return done.get();
        }
    }

    private void connect(ZkConnection zk, ZkConfig at) throws IOException {
        CompletableFuture<Void> connected = zk.open();
        await(at, () -> connected);
    }

    /** A session whose root is the chroot cannot make it, so this takes another. */
    private void createChroot() throws IOException {
        ZkConfig root = config.at(config.servers());
        List<String> paths = new ArrayList<>();
        for (int slash = config.chroot().indexOf('/', 1);
                slash > 0;
                slash = config.chroot().indexOf('/', slash + 1)) {
            paths.add(config.chroot().substring(0, slash));
        }
        paths.add(config.chroot());
        ZkConnection zk = new ZkConnection(root, events, new ZkMeters(new Metrics()));
        try {
            connect(zk, root);
            await(
                    root,
                    () -> Batches.oneByOne(paths, path -> zk.commit(
                                    List.of(Op.create(path, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT)))
                            .thenAccept(outcome -> {}))); // whether it is there now, the next step will find
        } finally {
            closing = Optional.of(zk.closeBehind());
        }
    }
}
