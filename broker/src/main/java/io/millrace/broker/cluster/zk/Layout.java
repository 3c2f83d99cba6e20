package io.millrace.broker.cluster.zk;

import io.millrace.protocol.Uuid;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooDefs.Ids;

/**
 * Makes the znodes that everything else lies below, and the cluster's id, where they are missing.
 *
 * <p>Threading: event thread.
 */
final class Layout {
    /** Parents before children. */
    private static final List<String> ROOTS = List.of(
            "/cluster",
            "/brokers",
            BrokerNode.ROOT,
            TopicNode.ROOT,
            "/config",
            ConfigNode.TOPICS,
            ConfigNode.BROKERS,
            ClientPath.USERS,
            ClientPath.CLIENTS,
            "/admin",
            DeletionNode.ROOT,
            DeletedNode.PARENT,
            DeletedNode.ROOT);

    private final ZkConnection zk;

    Layout(ZkConnection zk) {
        this.zk = zk;
    }

    /** The id of the cluster, which is made now if this is its first broker. */
    CompletableFuture<String> prepare() {
        List<CompletableFuture<Optional<Znode>>> roots =
                ROOTS.stream().map(zk::read).toList();
        CompletableFuture<Void> read = CompletableFuture.allOf(roots.toArray(CompletableFuture<?>[]::new));
        return read.thenCompose(done -> zk.read(ClusterIdNode.PATH)).thenCompose(id -> {
            List<Op> missing = new ArrayList<>();
            for (int i = 0; i < ROOTS.size(); i++) {
                if (roots.get(i).join().isEmpty()) {
                    missing.add(create(ROOTS.get(i), new byte[0]));
                }
            }
            if (id.isEmpty()) {
                missing.add(create(
                        ClusterIdNode.PATH, ClusterIdNode.encode(Uuid.random().toString())));
            }
            if (missing.isEmpty()) {
                return CompletableFuture.completedFuture(decode(id.get()));
            }
            return zk.commit(missing).thenCompose(outcome -> switch (outcome.code()) {
                case OK, NODEEXISTS, NONODE -> prepare(); // other brokers start at the same time
                default -> throw outcome.unexpected("Preparing ZooKeeper for this cluster");
            });
        });
    }

    private static String decode(Znode node) {
        try {
            return ClusterIdNode.decode(node);
        } catch (CorruptNodeException e) {
            throw new IllegalArgumentException("Znode " + ClusterIdNode.PATH + " " + e.getMessage());
        }
    }

    private static Op create(String path, byte[] data) {
        return Op.create(path, data, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }
}
