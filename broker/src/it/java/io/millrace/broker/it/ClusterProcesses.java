package io.millrace.broker.it;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartitionInfo;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Brokers and the ZooKeeper servers that they share, each a process of its own that can be killed, paused and started
 * again by itself.
 *
 * <p>Threading: one thread uses it.
 */
final class ClusterProcesses implements AutoCloseable {
    /** Generous: these tests share slow machines, and how long a thing took is printed. */
    static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Path directory;
    private final Network network;
    private final List<String> settings;
    private final ZooKeeperProcesses zooKeeper;
    private final Map<Integer, BrokerProcess> brokers = new TreeMap<>();

    /** Where processes run. */
    interface Network {
        /** All on this machine's loopback. */
        Network LOOPBACK = name -> BrokerProcess.Home.local();

        /** A place for the process of this name. */
        BrokerProcess.Home home(String name);
    }

    private ClusterProcesses(
            Path directory, Network network, int zooKeeperServers, Collection<String> settings) {
        this.directory = directory;
        this.network = network;
        this.settings = List.copyOf(settings);
        this.zooKeeper = new ZooKeeperProcesses(directory, network, zooKeeperServers);
    }

    /**
     * Starts ZooKeeper and brokers 1 to n, and waits until all know each other.
     *
     * @param settings of each broker, as key=value, on top of short times
     */
    static ClusterProcesses start(Path directory, int brokers, int zooKeeperServers, String... settings) {
        return start(directory, Network.LOOPBACK, brokers, zooKeeperServers, settings);
    }

    /** As {@link #start(Path, int, int, String...)}, somewhere else. */
    static ClusterProcesses start(
            Path directory, Network network, int brokers, int zooKeeperServers, String... settings) {
        ClusterProcesses cluster = new ClusterProcesses(directory, network, zooKeeperServers, List.of(settings));
        try {
            cluster.zooKeeper.start();
            IntStream.rangeClosed(1, brokers).forEach(id -> cluster.add(id).launch());
            cluster.brokers.values().forEach(BrokerProcess::awaitReady);
            cluster.awaitMembers(brokers);
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** A further broker, which is not started yet. */
    BrokerProcess add(int id, String... more) {
        List<String> all = new ArrayList<>(List.of(
                "broker.id=" + id,
                "zookeeper.connect=" + zooKeeper.connectString(),
                "zookeeper.session.timeout.ms=2000",
                "zookeeper.connection.timeout.ms=60000",
                "replica.lag.time.max.ms=5000",
                "group.initial.rebalance.delay.ms=0",
                "group.min.session.timeout.ms=1000",
                "offsets.topic.num.partitions=3"));
        all.addAll(settings);
        all.addAll(List.of(more));
        BrokerProcess broker = BrokerProcess.at(network.home("b" + id), directory.resolve("broker-" + id), all);
        brokers.put(id, broker);
        return broker;
    }

    /** Ends a broker for good and forgets it. */
    void remove(int id) {
        brokers.remove(id).close();
    }

    BrokerProcess broker(int id) {
        return brokers.get(id);
    }

    Collection<BrokerProcess> brokers() {
        return brokers.values();
    }

    ZooKeeperProcesses zooKeeper() {
        return zooKeeper;
    }

    /** Clients that know the addresses of all brokers, and give up on a silent one after 3 s. */
    Clients clients() {
        return new Clients(
                brokers.values().stream().map(BrokerProcess::bootstrap).collect(Collectors.joining(",")));
    }

    /** kill -9 of all at once. */
    void killAll() {
        brokers.values().forEach(broker -> broker.process().signal("KILL"));
        brokers.values().forEach(broker -> broker.process().awaitExit(PATIENCE));
    }

    /** Starts all at once and waits until each is ready. */
    void restartAll() {
        brokers.values().forEach(BrokerProcess::launch);
        brokers.values().forEach(BrokerProcess::awaitReady);
    }

    void createTopic(String name, int partitions) {
        try (Admin admin = clients().admin()) {
            NewTopic topic = new NewTopic(name, partitions, (short) 3).configs(Map.of("min.insync.replicas", "2"));
            Clients.await(admin.createTopics(List.of(topic)).all());
        }
    }

    /** Has the offsets of groups kept by the brokers that there are now: their topic is made for the first who asks. */
    void createOffsetsTopic() {
        try (Admin admin = clients().admin()) {
            Clients.await(admin.listConsumerGroupOffsets("nobody").partitionsToOffsetAndMetadata());
        }
        awaitFullSets("__consumer_offsets");
    }

    /** What any broker says of a topic's partitions; empty while none has an answer. */
    List<TopicPartitionInfo> describe(String topic) {
        try (Admin admin = clients().admin("default.api.timeout.ms=5000", "request.timeout.ms=2000")) {
            return Clients.await(admin.describeTopics(List.of(topic)).allTopicNames())
                    .get(topic)
                    .partitions();
        } catch (KafkaException | IllegalStateException e) {
            return List.of();
        }
    }

    /** The leader of a partition, which must have one soon. */
    int leader(String topic, int partition) {
        List<TopicPartitionInfo> partitions = Awaitility.await("leaders of " + topic)
                .atMost(PATIENCE)
                .until(() -> describe(topic), list -> !list.isEmpty() && hasLeader(list.get(partition)));
        return partitions.get(partition).leader().id();
    }

    private static boolean hasLeader(TopicPartitionInfo partition) {
        return partition.leader() != null && !partition.leader().isEmpty();
    }

    /** Waits until any broker knows so many brokers. */
    void awaitMembers(int count) {
        Awaitility.await(count + " brokers").atMost(PATIENCE).ignoreExceptions().until(() -> {
            try (Admin admin = clients().admin("default.api.timeout.ms=5000", "request.timeout.ms=2000")) {
                return Clients.await(admin.describeCluster().nodes()).size() == count;
            }
        });
    }

    /**
     * Waits until all replicas of a topic are in sync.
     *
     * @return for how many milliseconds
     */
    long awaitFullSets(String topic) {
        long start = System.nanoTime();
        List<List<TopicPartitionInfo>> last = new ArrayList<>();
        try {
            Awaitility.await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(() -> {
                List<TopicPartitionInfo> partitions = describe(topic);
                last.add(0, partitions);
                return !partitions.isEmpty()
                        && partitions.stream()
                                .allMatch(p -> hasLeader(p) && p.isr().size() == p.replicas().size());
            });
        } catch (ConditionTimeoutException e) {
            throw new IllegalStateException("in-sync sets of " + topic + " are not full: " + last.get(0), e);
        }
        return (System.nanoTime() - start) / 1_000_000;
    }

    @Override
    public void close() {
        brokers.values().forEach(BrokerProcess::close);
        zooKeeper.close();
    }
}
