package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterStoreContract;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class ZkClusterStoreTest extends ClusterStoreContract {
    private final List<ClusterStore> opened = new ArrayList<>();

    @TempDir
    Path directory;

    private EmbeddedZooKeeper zooKeeper;

    @Override
    protected ClusterStore open(int brokerId) throws Exception {
        if (zooKeeper == null) {
            zooKeeper = EmbeddedZooKeeper.start(directory, "127.0.0.1", 0);
        }
        ZkConfig config = new ZkConfig(zooKeeper.connectString(), 6000, 6000, 0);
        ClusterStore store = ZkClusterStore.open(config, brokerId, Clock.systemUTC());
        opened.add(store);
        return store;
    }

    @AfterEach
    void closeStores() throws IOException {
        opened.forEach(ClusterStore::close);
        zooKeeper.close();
    }
}
