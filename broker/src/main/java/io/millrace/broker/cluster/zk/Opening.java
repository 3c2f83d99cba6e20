package io.millrace.broker.cluster.zk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.Ids;

/** The steps from an address to a cluster id. The only place that waits for ZooKeeper: at the broker's start. */
final class Opening {
    private final ZkConfig config;
    private final EventThread events;

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

    /** Waits for something that is begun on the event thread. */
    <T> T await(ZkConfig at, Supplier<CompletableFuture<T>> work) throws IOException {
        CompletableFuture<T> done = events.call(work);
        try {
            return done.get(at.connectionTimeoutMs(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IOException("ZooKeeper at " + at.connect() + " does not answer within " + at.connectionTimeoutMs()
                    + " ms (" + ZkConfig.CONNECTION_TIMEOUT_MS.name() + ")");
        } catch (ExecutionException e) {
            throw new IOException(
                    "ZooKeeper at " + at.connect() + " cannot be used: "
                            + e.getCause().getMessage(),
                    e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for ZooKeeper at " + at.connect());
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
        try (ZkConnection zk = new ZkConnection(root, events)) {
            connect(zk, root);
            await(
                    root,
                    () -> Batches.oneByOne(paths, path -> zk.commit(
                                    List.of(Op.create(path, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT)))
                            .thenAccept(outcome -> {}))); // whether it is there now, the next step will find
        }
    }
}
