package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real ZooKeeper: one server, a cluster of its own below a chroot for each test. */
class ZkClusterStoreTest extends ClusterStoreContract {
    private static final AtomicInteger CLUSTERS = new AtomicInteger();

    @TempDir
    static Path directory;

    private static EmbeddedZooKeeper zooKeeper;

    private final String chroot = "/test/cluster-" + CLUSTERS.incrementAndGet();
    private final List<ClusterStore> opened = new ArrayList<>();

    @BeforeAll
    static void startZooKeeper() throws IOException {
        zooKeeper = EmbeddedZooKeeper.start(directory, "127.0.0.1", 0);
    }

    @AfterAll
    static void stopZooKeeper() throws IOException {
        zooKeeper.close();
    }

    @Override
    protected ClusterStore open(int brokerId) throws Exception {
        ZkConfig config = new ZkConfig(zooKeeper.connectString() + chroot, 6000, 6000, 0);
        ClusterStore store = ZkClusterStore.open(config, brokerId, Clock.systemUTC());
        opened.add(store);
        return store;
    }

    @AfterEach
    void closeStores() {
        opened.parallelStream().forEach(ClusterStore::close);
    }
}
