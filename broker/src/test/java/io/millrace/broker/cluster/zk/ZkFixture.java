package io.millrace.broker.cluster.zk;

import io.millrace.broker.cluster.BrokerRegistration;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.Endpoint;
import io.millrace.broker.cluster.NewTopic;
import io.millrace.protocol.Uuid;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/** A ZooKeeper server of its own, stores on it, and a plain client to do to it what no broker would. */
final class ZkFixture {
    private final Path directory;
    private final List<ClusterStore> stores = new ArrayList<>();
    private final List<ZooKeeper> clients = new ArrayList<>();
    private EmbeddedZooKeeper server;

    ZkFixture(Path directory) throws IOException {
        this.directory = directory;
        this.server = EmbeddedZooKeeper.start(directory, "127.0.0.1", 0);
    }

    EmbeddedZooKeeper server() {
        return server;
    }

    /** A short session timeout, so that a restarted server gives up old sessions soon. */
    ZkConfig config() {
        return new ZkConfig(server.connectString(), 4000, 4000, 0);
    }

    ZkClusterStore store(int brokerId) throws IOException {
        return store(brokerId, config());
    }

    ZkClusterStore store(int brokerId, ZkConfig config) throws IOException {
        ZkClusterStore store = ZkClusterStore.open(config, brokerId, Clock.systemUTC());
        stores.add(store);
        return store;
    }

    /** A plain client. */
    ZooKeeper client() throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        ZooKeeper client = new ZooKeeper(server.connectString(), 4000, event -> {
            if (event.getState() == KeeperState.SyncConnected) {
                connected.countDown();
            }
        });
        clients.add(client);
        if (!connected.await(10, TimeUnit.SECONDS)) {
            throw new IllegalStateException("no connection to " + server.connectString());
        }
        return client;
    }

    void stop() throws IOException {
        server.close();
    }

    /** On the same port and the same data. */
    void restart() throws IOException {
        server = EmbeddedZooKeeper.start(directory, "127.0.0.1", server.port());
    }

    static void create(ZooKeeper client, String path, String data, CreateMode mode) throws Exception {
        client.create(path, data.getBytes(StandardCharsets.UTF_8), Ids.OPEN_ACL_UNSAFE, mode);
    }

    static void set(ZooKeeper client, String path, String data) throws Exception {
        client.setData(path, data.getBytes(StandardCharsets.UTF_8), -1);
    }

    static String read(ZooKeeper client, String path) throws Exception {
        return new String(client.getData(path, false, new Stat()), StandardCharsets.UTF_8);
    }

    static NewTopic topic(String name, int partitions) {
        List<List<Integer>> replicas =
                IntStream.range(0, partitions).mapToObj(p -> List.of(1)).toList();
        return new NewTopic(name, Uuid.random(), replicas, Map.of());
    }

    static BrokerRegistration broker(int id, int port) {
        Endpoint endpoint = new Endpoint("PLAINTEXT", "PLAINTEXT", "127.0.0.1", port);
        return new BrokerRegistration(id, List.of(endpoint), Optional.empty(), 0);
    }

    static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    void close() throws Exception {
        stores.parallelStream().forEach(ClusterStore::close);
        for (ZooKeeper client : clients) {
            client.close();
        }
        server.close();
    }
}
